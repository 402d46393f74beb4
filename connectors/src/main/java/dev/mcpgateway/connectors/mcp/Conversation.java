package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One call over HTTP during which whoever calls may be asked. The exchange runs on a thread of its own, so that what comes
 * on the session's other stream reaches the calling thread, too.
 */
final class Conversation {
    private final Inbox<Landing> inbox = new Inbox<>();
    private final HttpSession session;
    private final CallDeadline deadline;
    private final TimeSource time;

    Conversation(HttpSession session, CallDeadline deadline, TimeSource time) {
        this.session = session;
        this.deadline = deadline;
        this.time = time;
    }

    /**
     * Carries it out; blocks.
     *
     * @param exchange asks and waits for the response; ends when its thread is interrupted
     * @param relay gets what comes beside the response, on the calling thread
     * @param refused gets what there is no room for
     */
    Landing hold(Function<Sideline, Landing> exchange, Sideline relay, Consumer<Envelope> refused) {
        Sideline queue = message -> {
            if (!inbox.offer(message)) {
                refused.accept(message);
            }
        };
        Thread asking = Thread.ofVirtual().name("mcp-conversation").unstarted(() -> ask(exchange, queue));
        session.begins(inbox);
        try {
            asking.start();
            return landed(relay);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return new Landing.Failed(new UpstreamReply.Cancelled());
        } finally {
            session.ends(inbox);
            asking.interrupt();
        }
    }

    private void ask(Function<Sideline, Landing> exchange, Sideline queue) {
        Landing landing = new Landing.Failed(new UpstreamReply.Unreachable("internal error, see the log", true));
        try {
            landing = exchange.apply(queue);
        } finally {
            var _ = inbox.end(landing);
        }
    }

    private Landing landed(Sideline relay) throws InterruptedException {
        while (true) {
            Optional<Inbox.Arrival<Landing>> arrival = inbox.next(deadline.now(), time);
            if (arrival.isEmpty()) {
                return new Landing.Failed(new UpstreamReply.TimedOut());
            }
            switch (arrival.get()) {
                case Inbox.Arrival.Final<Landing>(Landing landing) -> {
                    return landing;
                }
                case Inbox.Arrival.Notice<Landing>(Envelope message) -> {
                    // a server that has answered does not wait for answers any more
                    if (message.shape() != Shape.REQUEST) {
                        relay.message(message);
                    } else if (inbox.outcome().isEmpty()) {
                        List<Envelope> together = inbox.together(message);
                        inbox.whileOpen(() -> relay.requests(together));
                    }
                }
            }
        }
    }
}
