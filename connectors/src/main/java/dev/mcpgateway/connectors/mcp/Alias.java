package dev.mcpgateway.connectors.mcp;

import java.util.regex.Pattern;

/**
 * The operator's name of an upstream. Exposed tool names are {@code <alias>__<tool>}, so an alias neither holds nor ends
 * in the separator's character in a way that would give two tools one name.
 */
final class Alias {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*");

    /** Leaves room for the tool's own name within 64 characters. */
    private static final int LENGTH_MAX = 32;

    private Alias() {}

    /** Returns the alias or refuses it as a configuration error. */
    static String checked(String alias) {
        if (alias.length() > LENGTH_MAX || !FORM.matcher(alias).matches()) {
            throw new IllegalArgumentException("an upstream's alias has at most " + LENGTH_MAX
                    + " letters, digits, '-' and single inner '_': " + Printable.of(alias, 64));
        }
        return alias;
    }
}
