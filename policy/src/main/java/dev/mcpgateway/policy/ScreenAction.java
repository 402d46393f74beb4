package dev.mcpgateway.policy;

/** What is done about a finding in {@link ScreenMode#ENFORCE}, from the weakest to the strongest. */
public enum ScreenAction {
    /** The result is delivered unchanged and the finding recorded. */
    FLAG,
    /** The matched text is replaced. */
    REDACT,
    /** The result is withheld. */
    BLOCK
}
