package dev.mcpgateway.policy;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The canonical name of a server feature: the operator's alias of the upstream server and the server's own name of the
 * tool or prompt, or the URI of the resource; both compared exactly, case included. A model is named by its alias alone,
 * {@code model:<alias>}: it stands in for an upstream's alias with the text {@value #MODELS}, which no upstream can have.
 *
 * @param kind what it names; a tool and a prompt of one name are two features
 * @param alias 1 to 32 of {@code [a-z0-9_-]}, starting with a letter or digit, without {@code __} and not ending in
 *     {@code _}, so that the first {@code __} of a canonical name always ends it; {@value #MODELS} for models
 * @param own 1 to {@value #NAME_CHARS_MAX} characters, for resources {@value #URI_CHARS_MAX}; no control characters
 */
public record FeatureName(FeatureKind kind, String alias, String own) {

    /** Characters of an upstream's own name of a tool or prompt; MCP 2026-07-28 recommends no more. */
    public static final int NAME_CHARS_MAX = 128;

    /** Characters of a resource's URI. */
    public static final int URI_CHARS_MAX = 2048;

    /** What stands before the alias of a model, and in the place of an upstream's alias. */
    public static final String MODELS = "model:";

    private static final String SEPARATOR = "__";
    private static final Pattern ALIAS = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

    /** Refuses names outside of the grammar with an {@link IllegalArgumentException}. */
    public FeatureName {
        if (kind == FeatureKind.MODEL ? !alias.equals(MODELS) : !isAlias(alias)) {
            throw new IllegalArgumentException("not an alias: " + alias.length() + " characters");
        }
        if (!isOwn(kind, own)) {
            throw new IllegalArgumentException("not a name of a feature: " + own.length() + " characters");
        }
    }

    /** The name of a tool. */
    public static FeatureName tool(String alias, String own) {
        return new FeatureName(FeatureKind.TOOL, alias, own);
    }

    /** The name of a model. */
    public static FeatureName model(String alias) {
        return new FeatureName(FeatureKind.MODEL, MODELS, alias);
    }

    /** The name split at its first {@code __}, of a model behind {@value #MODELS}; nothing when it is not canonical. */
    public static Optional<FeatureName> parse(FeatureKind kind, String canonical) {
        if (kind == FeatureKind.MODEL) {
            String model = canonical.startsWith(MODELS) ? canonical.substring(MODELS.length()) : "";
            return isOwn(kind, model) ? Optional.of(model(model)) : Optional.empty();
        }
        int separator = canonical.indexOf(SEPARATOR);
        if (separator < 0) {
            return Optional.empty();
        }
        String alias = canonical.substring(0, separator);
        String own = canonical.substring(separator + SEPARATOR.length());
        return isAlias(alias) && isOwn(kind, own) ? Optional.of(new FeatureName(kind, alias, own)) : Optional.empty();
    }

    /** The same for a tool. */
    public static Optional<FeatureName> parseTool(String canonical) {
        return parse(FeatureKind.TOOL, canonical);
    }

    /** True when {@code alias} may name an upstream server. */
    public static boolean isAlias(String alias) {
        return ALIAS.matcher(alias).matches() && !alias.contains(SEPARATOR) && !alias.endsWith("_");
    }

    private static boolean isOwn(FeatureKind kind, String own) {
        return !own.isEmpty()
                && own.length() <= (kind == FeatureKind.RESOURCE ? URI_CHARS_MAX : NAME_CHARS_MAX)
                && own.chars().noneMatch(Character::isISOControl);
    }

    /** {@code <alias>__<own>}; of a model {@code model:<own>}. */
    public String canonical() {
        return kind == FeatureKind.MODEL ? alias + own : alias + SEPARATOR + own;
    }

    @Override
    public String toString() {
        return canonical();
    }
}
