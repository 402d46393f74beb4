package dev.mcpgateway.audit;

/**
 * What the agent says about itself (JSON: {@code agent}). Declared, never identity. Empty strings are left out.
 *
 * @param name {@code agent.id}: declared name
 * @param version {@code agent.version}: declared version
 * @param session {@code agent.session}: declared conversation or run; never a session credential
 */
public record Agent(String name, String version, String session) {
    /** Nothing was declared. */
    public static final Agent NONE = new Agent("", "", "");
}
