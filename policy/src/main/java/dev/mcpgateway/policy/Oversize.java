package dev.mcpgateway.policy;

/** What happens to a result that exceeds the byte cap. */
public enum Oversize {
    /** It is cut, with a note the model can act on. */
    TRUNCATE,
    /** It is withheld. */
    REJECT
}
