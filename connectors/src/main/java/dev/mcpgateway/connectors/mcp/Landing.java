package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.Optional;

/** How one HTTP exchange with an MCP server ended, before anyone decides what that means. */
sealed interface Landing {

    /**
     * With a JSON-RPC response to our request.
     *
     * @param sessionId value of {@code Mcp-Session-Id}
     * @param challenge value of {@code WWW-Authenticate}; empty for none
     */
    record Message(int status, Envelope message, Optional<String> sessionId, String challenge) implements Landing {}

    /**
     * With an HTTP answer that holds no response to our request.
     *
     * @param challenge value of {@code WWW-Authenticate}; empty for none
     */
    record Bare(int status, String challenge) implements Landing {}

    /** With neither. */
    record Failed(UpstreamReply reply) implements Landing {}

    /** What it means for a request. */
    default UpstreamReply reply() {
        return switch (this) {
            case Message answer -> {
                int status = answer.status();
                boolean refused = status == 401 || status == 403 || status == 429 || status == 503;
                yield refused ? Replies.ofStatus(status) : Replies.of(answer.message(), status);
            }
            case Bare(int status, String _) -> Replies.ofStatus(status);
            case Failed(UpstreamReply reply) -> reply;
        };
    }

    /** What it means where an answer was needed to go on. */
    default UpstreamFault fault() {
        return new UpstreamFault(reply(), isOutage());
    }

    /** Whether nobody answered, or a server that cannot. */
    default boolean isOutage() {
        return this instanceof Failed || httpStatus() >= 500;
    }

    /** The HTTP status; 0 when there was none. */
    default int httpStatus() {
        return switch (this) {
            case Message message -> message.status();
            case Bare bare -> bare.status();
            case Failed _ -> 0;
        };
    }

    /** Lets the credential know if it was not taken. */
    default Landing tell(SessionCredential credential) {
        int status = httpStatus();
        if (status == 401 || status == 403) {
            credential.refused(
                    status,
                    switch (this) {
                        case Message message -> message.challenge();
                        case Bare bare -> bare.challenge();
                        case Failed _ -> "";
                    });
        }
        return this;
    }

    /** The code of the JSON-RPC error; empty when there is none. */
    default Optional<Long> errorCode() {
        return this instanceof Message answer
                        && Replies.of(answer.message(), answer.status()) instanceof UpstreamReply.ProtocolError error
                ? Optional.of(error.code())
                : Optional.empty();
    }
}
