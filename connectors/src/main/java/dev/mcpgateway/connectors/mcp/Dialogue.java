package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import org.jspecify.annotations.Nullable;

/**
 * How a call may turn into a conversation with whoever calls.
 *
 * @param capabilities what the upstream may ask for during this call: declared in a modern request, or when the legacy
 *     session of the call is opened
 * @param requestState the upstream's own state, from its {@code input_required}, as JSON text; {@code null} for none,
 *     which also removes any that the agent sent
 * @param inputResponses the answers to what the upstream asked, an object as JSON text; {@code null} for none, which also
 *     removes any that the agent sent
 * @param logLevel the least level of log messages that are wanted; {@code null} for none
 */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
public record Dialogue(
        ClientCapabilities capabilities,
        byte @Nullable [] requestState,
        byte @Nullable [] inputResponses,
        @Nullable String logLevel) {

    /** The upstream may ask for nothing. */
    public static final Dialogue NONE = new Dialogue(ClientCapabilities.NONE, null, null, null);

    /** The upstream may ask for what is declared. */
    public static Dialogue declaring(ClientCapabilities capabilities) {
        return new Dialogue(capabilities, null, null, null);
    }
}
