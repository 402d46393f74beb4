package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.http.AnyExchange;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way to the agent. Those that came together go in one write, and none waits for another one to come: what
 * was gathered is sent before the provider is waited for. Used by one thread.
 */
final class EventsOut {
    /** What a burst gathers at most, beside one event. */
    private static final int BYTES_MAX = 16 * 1024;

    private final ModelAnswers answers;
    private final AnyExchange exchange;
    private ByteArrayOutputStream gathered = new ByteArrayOutputStream(512);
    private @Nullable PeerGone gone;

    EventsOut(ModelAnswers answers, AnyExchange exchange) {
        this.answers = answers;
        this.exchange = exchange;
    }

    /** An event after which others come. */
    void add(ModelEvent event) throws PeerGone {
        requireTaken();
        EventFrame.append(gathered, event.type(), event.data());
        if (gathered.size() >= BYTES_MAX) {
            send();
        }
    }

    /** Sends what was gathered; an agent that is gone ends the wait for its provider. */
    void beforeWaiting() {
        try {
            send();
        } catch (PeerGone found) {
            gone = found;
            Thread.currentThread().interrupt();
        }
    }

    /** Throws what {@link #beforeWaiting} could not. */
    void requireTaken() throws PeerGone {
        if (gone != null) {
            throw gone;
        }
    }

    /** Sends what was gathered before something went wrong; whether the agent takes it changes nothing any more. */
    void sendRest() {
        try {
            send();
        } catch (PeerGone found) {
            gone = found;
        }
    }

    /** Sends what was gathered, and blocks until the agent took it. */
    void send() throws PeerGone {
        requireTaken();
        if (gathered.size() == 0) {
            return;
        }
        byte[] events = gathered.toByteArray();
        if (events.length < BYTES_MAX) {
            gathered.reset();
        } else {
            gathered = new ByteArrayOutputStream(512);
        }
        answers.events(exchange, events);
    }
}
