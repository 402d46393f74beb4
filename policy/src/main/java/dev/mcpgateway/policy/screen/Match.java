package dev.mcpgateway.policy.screen;

/** A match of a rule in the source that a view was made of. */
record Match(PatternRule rule, int start, int end, boolean concealed) {

    boolean overlaps(Match other) {
        return start < other.end && other.start < end;
    }
}
