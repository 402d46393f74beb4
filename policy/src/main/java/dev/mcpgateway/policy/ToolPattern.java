package dev.mcpgateway.policy;

import java.util.Optional;

/**
 * The tools that a rule or a setting names: {@code *} alone for all tools; otherwise a canonical name whose tool part may
 * hold {@code *} for any run of characters, also none, and {@code ?} for exactly one. The alias part is literal.
 *
 * @param alias the alias, or {@code *} for all tools
 * @param tool the pattern of the tool part
 */
public record ToolPattern(String alias, String tool) {

    /** All tools of all upstreams. */
    public static final ToolPattern EVERYTHING = new ToolPattern("*", "*");

    /** Refuses a pattern outside of the grammar with an {@link IllegalArgumentException}. */
    public ToolPattern {
        boolean everything = alias.equals("*") && tool.equals("*");
        if (!everything
                && (!FeatureName.isAlias(alias) || tool.isEmpty() || tool.length() > FeatureName.NAME_CHARS_MAX)) {
            throw new IllegalArgumentException("not a tool pattern");
        }
    }

    /** The pattern written as {@code text}; nothing when it is none. */
    public static Optional<ToolPattern> parse(String text) {
        if (text.equals("*")) {
            return Optional.of(EVERYTHING);
        }
        return FeatureName.parseTool(text).map(name -> new ToolPattern(name.alias(), name.own()));
    }

    /** True for {@code *}. */
    public boolean isEverything() {
        return alias.equals("*");
    }

    /** True when it names exactly one tool. */
    public boolean isExact() {
        return tool.indexOf('*') < 0 && tool.indexOf('?') < 0;
    }

    /** True when it names all tools of an upstream, or all tools there are. */
    public boolean isBroad() {
        return tool.chars().allMatch(c -> c == '*' || c == '?');
    }

    /** True when it names {@code name}. */
    public boolean matches(FeatureName name) {
        return isEverything() || (alias.equals(name.alias()) && matchesTool(name.own()));
    }

    /**
     * True when it names the tool part. Goes back to the last {@code *} only, so the time is at most the product of both
     * lengths.
     */
    boolean matchesTool(String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int retry = 0;
        while (n < name.length()) {
            char c = p < tool.length() ? tool.charAt(p) : '\0';
            if (c == '*') {
                star = p++;
                retry = n;
            } else if (c == '?' || (c == name.charAt(n) && p < tool.length())) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++retry;
            } else {
                return false;
            }
        }
        while (p < tool.length() && tool.charAt(p) == '*') {
            p++;
        }
        return p == tool.length();
    }

    /**
     * True only if every tool that {@code other} names is named by this one too. May be false for patterns that do so in
     * a roundabout way.
     */
    public boolean covers(ToolPattern other) {
        if (isEverything()) {
            return true;
        }
        boolean sameUpstream = alias.equals(other.alias);
        if (other.isExact()) {
            return sameUpstream && matchesTool(other.tool);
        }
        boolean prefix = tool.indexOf('*') == tool.length() - 1 && tool.indexOf('?') < 0;
        return sameUpstream
                && (tool.equals(other.tool) || (prefix && other.tool.startsWith(tool.substring(0, tool.length() - 1))));
    }

    @Override
    public String toString() {
        return isEverything() ? "*" : alias + "__" + tool;
    }
}
