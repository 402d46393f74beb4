package dev.mcpgateway.policy;

import java.util.List;

/**
 * The tools that an agent may offer to a model. Tools that the provider runs itself (search, code, MCP servers) are named
 * {@code hosted:<type>} and are matched by patterns that begin so and by no others.
 *
 * @param patterns names, with {@code *} for any run of characters and {@code ?} for exactly one; empty for no tools at all
 */
public record ToolNames(List<String> patterns) {
    /** What stands before the type of a tool that the provider runs. */
    public static final String HOSTED = "hosted:";

    /** Patterns of one list. */
    public static final int PATTERNS_MAX = 1_000;

    /** Copies the patterns; refuses too many and too long ones with an {@link IllegalArgumentException}. */
    public ToolNames {
        patterns = List.copyOf(patterns);
        if (patterns.size() > PATTERNS_MAX) {
            throw new IllegalArgumentException("more than " + PATTERNS_MAX + " names");
        }
        for (String pattern : patterns) {
            if (!isPattern(pattern)) {
                throw new IllegalArgumentException("not a name of a tool");
            }
        }
    }

    /** Whether {@code text} may stand in {@link #patterns}. */
    public static boolean isPattern(String text) {
        return !text.isEmpty()
                && text.length() <= FeatureName.NAME_CHARS_MAX
                && text.chars().noneMatch(Character::isISOControl);
    }

    /** Whether a tool that the agent runs may be offered. */
    public boolean allowsFunction(String name) {
        return matches(name, false);
    }

    /** Whether a tool that the provider runs may be offered. */
    public boolean allowsHosted(String type) {
        return matches(HOSTED + type, true);
    }

    private boolean matches(String name, boolean hosted) {
        for (String pattern : patterns) {
            if (pattern.startsWith(HOSTED) == hosted
                    && new FeaturePattern(FeatureName.MODELS, pattern).matchesOwn(name)) {
                return true;
            }
        }
        return false;
    }
}
