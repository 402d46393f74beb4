package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.Agent;
import dev.mcpgateway.audit.AuditEvent.StreamClosed;
import dev.mcpgateway.audit.AuditEvent.StreamOpened;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.McpExchange;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.records.Parties;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says to the audit log who listened to what. */
final class StreamRecords {
    private static final Logger LOG = LoggerFactory.getLogger(StreamRecords.class);
    private static final String TRANSPORT = "streamable_http";

    private final AuditLog log;

    StreamRecords(AuditLog log) {
        this.log = log;
    }

    /** The GET stream of a session, in the log's terms. */
    static McpExchange mcp(Session session) {
        return new McpExchange(session.revision().version(), "", "", session.id(), TRANSPORT);
    }

    /**
     * Makes the beginning of a stream durable.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if it cannot be
     */
    void opened(
            Exchange exchange,
            Caller caller,
            Agent agent,
            McpExchange mcp,
            CallTrace trace,
            View view,
            Set<ListChange> lists,
            int resources) {
        try {
            log.append(new StreamOpened(
                    Parties.actor(caller),
                    agent,
                    Parties.source(exchange),
                    mcp,
                    CallRecords.trace(trace),
                    view.name(),
                    lists.stream()
                            .map(list -> list.name().toLowerCase(Locale.ROOT))
                            .toList(),
                    resources));
        } catch (AuditUnavailable failure) {
            throw CallRecords.unavailable(failure);
        }
    }

    /** Records the end of a stream. */
    void closed(Exchange exchange, Caller caller, McpExchange mcp, String reason) {
        try {
            log.appendAsync(new StreamClosed(Parties.actor(caller), Parties.source(exchange), mcp, reason));
        } catch (AuditUnavailable failure) {
            // the stream is over all the same
            LOG.warn("the end of a stream is not in the audit log: {}", failure.getMessage());
        }
    }
}
