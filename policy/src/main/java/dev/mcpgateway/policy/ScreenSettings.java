package dev.mcpgateway.policy;

/**
 * How what comes back from one tool, prompt or resource is screened.
 *
 * @param injection findings of orders to the model
 * @param hidden findings of text that a person would not see
 */
public record ScreenSettings(ScreenRule injection, ScreenRule hidden) {

    /** Both families in shadow mode. */
    public static final ScreenSettings DEFAULT = new ScreenSettings(ScreenRule.DEFAULT, ScreenRule.DEFAULT);
}
