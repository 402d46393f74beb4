package dev.mcpgateway.policy;

/**
 * What is done about text that comes as numbers of tokens, which nothing can be looked for in; from what is not said to the
 * strictest word.
 */
public enum TokenInput {
    /** Nothing is said: as {@link #REFUSE}. */
    UNSAID,
    /** It goes on and is counted as not looked at. */
    PASS,
    /** It is refused where its text would have been looked at and could have been changed. */
    REFUSE;

    TokenInput strictest(TokenInput other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
