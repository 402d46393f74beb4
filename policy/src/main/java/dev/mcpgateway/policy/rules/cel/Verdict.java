package dev.mcpgateway.policy.rules.cel;

/** What an expression says. */
public sealed interface Verdict {
    /** It is true or false. */
    record Decided(boolean holds) implements Verdict {}

    /**
     * It is neither: it divides by zero, looks for what is not there, or needs more steps than it gets.
     *
     * @param why for operators; quotes no value
     */
    record Undecided(String why) implements Verdict {}
}
