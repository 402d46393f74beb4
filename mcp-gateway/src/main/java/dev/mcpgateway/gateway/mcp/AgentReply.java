package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.http.Exchange;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The answer to one request: a JSON body, or an event stream from the moment on that something is to be said before the
 * result. Takes only what was screened or is the gateway's own.
 */
final class AgentReply {
    private final Exchange exchange;
    private final Answers answers;
    private final boolean acceptsEvents;
    private final boolean legacy;
    private boolean streaming;
    private boolean unheard;

    AgentReply(Exchange exchange, Answers answers, boolean legacy) {
        this.exchange = exchange;
        this.answers = answers;
        this.legacy = legacy;
        this.acceptsEvents = exchange.headers().getValuesList(HttpHeader.ACCEPT).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("text/event-stream"));
    }

    /** Whether notifications can be sent at all. */
    boolean acceptsEvents() {
        return acceptsEvents;
    }

    /**
     * Sends a notification before the result; nothing happens if the agent does not take event streams.
     *
     * @throws PeerGone when an agent is gone whose leaving cancels its call; a legacy agent's does not
     */
    void notification(byte[] message) throws PeerGone {
        if (!acceptsEvents || unheard) {
            return;
        }
        streaming = true;
        try {
            answers.event(exchange, message);
        } catch (PeerGone gone) {
            if (!legacy) {
                throw gone;
            }
            unheard = true;
        }
    }

    /** Sends a question before the result; {@code false} if the agent does not take event streams or is gone. */
    boolean question(byte[] message) {
        try {
            notification(message);
            return acceptsEvents && !unheard;
        } catch (PeerGone gone) {
            return false;
        }
    }

    /** Sends the result and ends the exchange. */
    void result(Answerable result) {
        if (streaming) {
            answers.lastEvent(exchange, result.message());
        } else {
            answers.json(exchange, result.httpStatus(), result.message());
        }
    }
}
