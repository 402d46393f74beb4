package dev.mcpgateway.policy;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The canonical name of a tool: the operator's alias of the upstream server and the server's own name of the tool, both
 * compared exactly, case included.
 *
 * @param alias 1 to 32 of {@code [a-z0-9_-]}, starting with a letter or digit, without {@code __} and not ending in
 *     {@code _}, so that the first {@code __} of a canonical name always ends it
 * @param tool 1 to {@value #TOOL_CHARS_MAX} characters, no control characters
 */
public record ToolName(String alias, String tool) {

    /** Characters of an upstream's own tool name; MCP 2026-07-28 recommends no more. */
    public static final int TOOL_CHARS_MAX = 128;

    private static final String SEPARATOR = "__";
    private static final Pattern ALIAS = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

    /** Refuses names outside of the grammar with an {@link IllegalArgumentException}. */
    public ToolName {
        if (!isAlias(alias)) {
            throw new IllegalArgumentException("not an alias: " + alias.length() + " characters");
        }
        if (!isTool(tool)) {
            throw new IllegalArgumentException("not a tool name: " + tool.length() + " characters");
        }
    }

    /** The name split at its first {@code __}; nothing when it is not canonical. */
    public static Optional<ToolName> parse(String canonical) {
        int separator = canonical.indexOf(SEPARATOR);
        if (separator < 0) {
            return Optional.empty();
        }
        String alias = canonical.substring(0, separator);
        String tool = canonical.substring(separator + SEPARATOR.length());
        return isAlias(alias) && isTool(tool) ? Optional.of(new ToolName(alias, tool)) : Optional.empty();
    }

    /** True when {@code alias} may name an upstream server. */
    public static boolean isAlias(String alias) {
        return ALIAS.matcher(alias).matches() && !alias.contains(SEPARATOR) && !alias.endsWith("_");
    }

    private static boolean isTool(String tool) {
        return !tool.isEmpty()
                && tool.length() <= TOOL_CHARS_MAX
                && tool.chars().noneMatch(Character::isISOControl);
    }

    /** {@code <alias>__<tool>}. */
    public String canonical() {
        return alias + SEPARATOR + tool;
    }

    @Override
    public String toString() {
        return canonical();
    }
}
