package dev.mcpgateway.policy;

import java.util.Optional;

/**
 * The features that a rule or a setting names: {@code *} alone for all; otherwise a canonical name of which the part after
 * the alias may hold {@code *} for any run of characters, also none and also {@code /}, and {@code ?} for exactly one. The
 * alias part is literal, and everything is compared character by character: nothing is decoded or normalised. A pattern
 * says nothing about the kind of feature, except that one of {@code model:} and an alias names models only.
 *
 * @param alias the alias, or {@code *} for all features
 * @param own the pattern of the feature's own name or URI
 */
public record FeaturePattern(String alias, String own) {

    /** All features of all upstreams. */
    public static final FeaturePattern EVERYTHING = new FeaturePattern("*", "*");

    /** Refuses a pattern outside of the grammar with an {@link IllegalArgumentException}. */
    public FeaturePattern {
        boolean everything = alias.equals("*") && own.equals("*");
        boolean prefix = FeatureName.isAlias(alias) || alias.equals(FeatureName.MODELS);
        if (!everything && (!prefix || own.isEmpty() || own.length() > FeatureName.URI_CHARS_MAX)) {
            throw new IllegalArgumentException("not a pattern");
        }
    }

    /** The pattern written as {@code text}; nothing when it is none. */
    public static Optional<FeaturePattern> parse(String text) {
        if (text.equals("*")) {
            return Optional.of(EVERYTHING);
        }
        FeatureKind kind = text.startsWith(FeatureName.MODELS) ? FeatureKind.MODEL : FeatureKind.RESOURCE;
        return FeatureName.parse(kind, text).map(name -> new FeaturePattern(name.alias(), name.own()));
    }

    /** True for {@code *}. */
    public boolean isEverything() {
        return alias.equals("*");
    }

    /** True when it names models and nothing else. */
    public boolean isOfModels() {
        return alias.equals(FeatureName.MODELS);
    }

    /** True when it names exactly one feature of each kind. */
    public boolean isExact() {
        return own.indexOf('*') < 0 && own.indexOf('?') < 0;
    }

    /** True when it names all features of an upstream, or all there are. */
    public boolean isBroad() {
        return own.chars().allMatch(c -> c == '*' || c == '?');
    }

    /**
     * True when no permit under it can allow the read of a resource: it has a wildcard, and its literal text alone leads out
     * of itself ({@link Decision.Deny#INDIRECT_URI}).
     */
    public boolean isIndirect() {
        return !isExact() && UriSpelling.isIndirect(own.replaceAll("[*?]", "a"));
    }

    /** True when it names {@code name}. */
    public boolean matches(FeatureName name) {
        return isEverything() || (alias.equals(name.alias()) && matchesOwn(name.own()));
    }

    /**
     * True when it names a feature of this own name. Goes back to the last {@code *} only, so the time is at most the product of both
     * lengths.
     */
    boolean matchesOwn(String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < name.length()) {
            char c = p < own.length() ? own.charAt(p) : '\0';
            if (c == '*') {
                star = p++;
                retry = n;
            } else if (c == '?' || (c == name.charAt(n) && p < own.length())) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < own.length() && own.charAt(p) == '*') {
            p++;
        }
        return p == own.length();
    }

    /** True if it names any own name that begins with {@code prefix}; may be true although it names none. */
    boolean mayNameUnder(String prefix) {
        String literal = literalStart();
        return literal.startsWith(prefix) || (!isExact() && prefix.startsWith(literal));
    }

    /** True only if it names every own name that begins with {@code prefix}. */
    boolean namesAllUnder(String prefix) {
        return isPrefix() && prefix.startsWith(literalStart());
    }

    private String literalStart() {
        int end = 0;
        while (end < own.length() && own.charAt(end) != '*' && own.charAt(end) != '?') {
            end++;
        }
        return own.substring(0, end);
    }

    private boolean isPrefix() {
        return own.indexOf('*') == own.length() - 1 && own.indexOf('?') < 0;
    }

    /**
     * True only if every feature that {@code other} names is named by this one too. May be false for patterns that do so in
     * a roundabout way.
     */
    public boolean covers(FeaturePattern other) {
        if (isEverything()) {
            return true;
        }
        boolean sameUpstream = alias.equals(other.alias);
        if (other.isExact()) {
            return sameUpstream && matchesOwn(other.own);
        }
        return sameUpstream && (own.equals(other.own) || (isPrefix() && other.own.startsWith(literalStart())));
    }

    @Override
    public String toString() {
        if (isEverything()) {
            return "*";
        }
        return isOfModels() ? alias + own : alias + "__" + own;
    }
}
