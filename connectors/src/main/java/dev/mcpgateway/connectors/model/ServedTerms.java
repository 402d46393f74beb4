package dev.mcpgateway.connectors.model;

/**
 * On which terms a call was served, in the provider's words, as far as the answer says so. They may be others than those that
 * were asked for: a project or a workspace has its own, and what is busy falls back to the plain ones. Texts are bounded and
 * empty where nothing is said.
 *
 * @param tier the service tier, such as {@code batch}
 * @param speed Anthropic's {@code speed}
 * @param geo Anthropic's {@code inference_geo}
 */
public record ServedTerms(String tier, String speed, String geo) {
    /** Nothing is said. */
    public static final ServedTerms UNSAID = new ServedTerms("", "", "");
}
