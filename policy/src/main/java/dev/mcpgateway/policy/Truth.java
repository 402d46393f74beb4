package dev.mcpgateway.policy;

/** The value of a condition. {@code ERROR} is never taken for {@code FALSE}: a forbid with an error denies. */
public enum Truth {
    /** It holds. */
    TRUE,
    /** It does not hold. */
    FALSE,
    /** It cannot be told. */
    ERROR;

    /** Both: false if either is, in any order; else an error if either is. */
    Truth and(Truth other) {
        if (this == FALSE || other == FALSE) {
            return FALSE;
        }
        return this == ERROR || other == ERROR ? ERROR : TRUE;
    }
}
