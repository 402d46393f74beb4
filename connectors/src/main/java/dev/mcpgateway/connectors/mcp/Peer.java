package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.PendingCall.Arrival;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server behind a {@link MessageChannel}: many requests at a time, told apart by their ids. Answers to requests that
 * nobody waits for are dropped and counted; requests of a legacy server are refused, except {@code ping}.
 */
final class Peer implements MessageChannel.Receiver {
    private final OwnMessages messages;
    private final StatusBoard board;
    private final Runnable toolsChanged;
    private final Consumer<Peer> ended;
    private final TimeSource time;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, PendingCall> pending = new ConcurrentHashMap<>();
    private volatile @Nullable MessageChannel channel;
    private volatile Revision revision = Revision.NEWEST_MODERN;
    private final AtomicReference<@Nullable String> closedWhy = new AtomicReference<>();

    /** The last argument is told once, when the channel has ended. */
    Peer(OwnMessages messages, StatusBoard board, Runnable toolsChanged, TimeSource time, Consumer<Peer> ended) {
        this.messages = messages;
        this.board = board;
        this.toolsChanged = toolsChanged;
        this.time = time;
        this.ended = ended;
    }

    void connected(MessageChannel opened) {
        channel = opened;
    }

    Revision revision() {
        return revision;
    }

    void speaks(Revision agreed) {
        revision = agreed;
    }

    boolean isAlive() {
        return closedWhy.get() == null;
    }

    /** Why it ended; empty while it lives. */
    String closedWhy() {
        String why = closedWhy.get();
        return why == null ? "" : why;
    }

    long nextId() {
        return ids.incrementAndGet();
    }

    /**
     * Asks and waits.
     *
     * @param sideline gets notifications on this thread
     */
    UpstreamReply ask(long id, byte[] body, Deadline deadline, PendingCall call, Sideline sideline) {
        boolean over = false;
        try {
            Optional<UpstreamReply> refused = begin(id, call, body);
            UpstreamReply reply = refused.isPresent() ? refused.get() : await(id, call, deadline, sideline);
            over = true;
            return reply;
        } finally {
            pending.remove(id);
            if (!over) {
                cancel(id, "cancelled");
            }
        }
    }

    /** Asks for what must not be cancelled, such as {@code initialize}, and waits. */
    UpstreamReply request(long id, byte[] body, Deadline deadline, PendingCall call) throws UpstreamFault {
        try {
            Optional<UpstreamReply> refused = begin(id, call, body);
            if (refused.isPresent()) {
                return refused.get();
            }
            while (true) {
                Optional<Arrival> arrival = call.next(deadline, time);
                if (arrival.isEmpty()) {
                    return new UpstreamReply.TimedOut();
                }
                if (arrival.get() instanceof Arrival.Final(UpstreamReply reply)) {
                    return reply;
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        } finally {
            pending.remove(id);
        }
    }

    /** Sends a request; its answer arrives in {@code call}. Present if it could not be sent. */
    Optional<UpstreamReply> begin(long id, PendingCall call, byte[] body) {
        pending.put(id, call);
        if (isAlive() && send(body)) {
            return Optional.empty();
        }
        return Optional.of(
                isAlive()
                        ? new UpstreamReply.Busy("too much is waiting to be sent to it")
                        : new UpstreamReply.Unreachable(closedWhy(), false));
    }

    void forget(long id) {
        pending.remove(id);
    }

    private UpstreamReply await(long id, PendingCall call, Deadline deadline, Sideline sideline) {
        try {
            while (true) {
                Optional<Arrival> arrival = call.next(deadline, time);
                if (arrival.isEmpty()) {
                    cancel(id, "timed out");
                    return new UpstreamReply.TimedOut();
                }
                switch (arrival.get()) {
                    case Arrival.Notice(Envelope message) -> sideline.message(message);
                    case Arrival.Final(UpstreamReply reply) -> {
                        return reply;
                    }
                }
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            cancel(id, "cancelled");
            return new UpstreamReply.Cancelled();
        }
    }

    private void cancel(long id, String reason) {
        if (isAlive() && !send(messages.cancelled(id, reason))) {
            board.dropped();
        }
    }

    boolean send(byte[] message) {
        MessageChannel open = channel;
        return open != null && open.send(message);
    }

    @Override
    public void message(Envelope message) {
        switch (message.shape()) {
            case RESULT, ERROR -> response(message);
            case NOTIFICATION -> notification(message);
            case REQUEST -> request(message);
        }
    }

    private void response(Envelope message) {
        PendingCall call = waiting(integer(message.document(), message.id()));
        if (call == null || !call.answer(message)) {
            board.dropped();
        }
    }

    private void notification(Envelope message) {
        switch (message.method()) {
            case "notifications/tools/list_changed" -> toolsChanged.run();
            case "notifications/progress" -> {
                PendingCall call = waiting(integer(message.document(), message.param(McpNames.PROGRESS_TOKEN)));
                if (call == null || !call.offer(message)) {
                    board.dropped();
                }
            }
            // a log message names no request: handed to one caller, it might be another's
            default -> board.dropped();
        }
    }

    private void request(Envelope message) {
        byte[] id = message.document().rawBytes(message.id());
        byte[] answer = message.method().equals("ping") ? OwnMessages.emptyResult(id) : OwnMessages.methodNotFound(id);
        // to a modern server no response may be written (2026-07-28, stdio, "Sending Messages")
        if (revision.era() == Era.MODERN || !send(answer)) {
            board.dropped();
        }
    }

    private @Nullable PendingCall waiting(OptionalLong id) {
        return id.isPresent() ? pending.get(id.getAsLong()) : null;
    }

    private static OptionalLong integer(JsonDocument document, int node) {
        if (!document.is(node, Kind.NUMBER) || !document.raw(node).matches("[1-9][0-9]{0,17}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(document.raw(node)));
    }

    @Override
    public void tooLong(OptionalLong id, long bytesMax) {
        PendingCall call = waiting(id);
        if (call == null) {
            board.dropped();
        } else {
            call.tooLong(bytesMax);
        }
    }

    @Override
    public void lost(OptionalLong id, String why) {
        PendingCall call = waiting(id);
        if (call == null) {
            board.dropped();
        } else {
            var _ = call.end(new UpstreamReply.Unreachable(why, true));
        }
    }

    @Override
    public void unreadable() {
        board.dropped();
    }

    @Override
    public void closed(String why) {
        if (closedWhy.compareAndSet(null, why)) {
            for (PendingCall call : pending.values()) {
                var _ = call.end(new UpstreamReply.Unreachable(why, true));
            }
            ended.accept(this);
        }
    }

    void close() {
        MessageChannel open = channel;
        if (open != null) {
            open.close();
        }
        closed("closed by this gateway");
    }
}
