package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What READ gives: one message of a verified caller in a known revision, equal to its headers.
 *
 * @param session the legacy session; {@code null} for modern requests and for {@code initialize}
 */
record AgentRequest(
        Exchange exchange,
        Caller caller,
        View view,
        Envelope envelope,
        Revision revision,
        @Nullable Session session) {

    /** The least level of log messages that the agent wants; empty when it asked for none. */
    Optional<LogLevel> logLevel() {
        if (session != null) {
            return Optional.ofNullable(session.logLevel());
        }
        int level = envelope.meta(McpNames.META_LOG_LEVEL);
        return envelope.document().is(level, Kind.STRING)
                ? LogLevel.of(envelope.document().string(level))
                : Optional.empty();
    }

    boolean isLegacy() {
        return revision.era() == Era.LEGACY;
    }

    /** The request id as written. Only for requests. */
    byte[] id() {
        return envelope.document().rawBytes(envelope.id());
    }
}
