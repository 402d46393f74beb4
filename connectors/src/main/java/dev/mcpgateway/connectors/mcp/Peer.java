package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.Inbox.Arrival;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server behind a {@link MessageChannel}: many requests at a time, told apart by their ids. Answers to requests that
 * nobody waits for are dropped and counted. What names no call is handed to the only call under way, if there is just one.
 */
final class Peer implements MessageChannel.Receiver {
    /** How long a server may go on with a call that was given up, without saying so. */
    private static final Duration LINGERING = Duration.ofMinutes(1);

    private final OwnMessages messages;
    private final StatusBoard board;
    private final Runnable offerChanged;
    private final Consumer<Peer> ended;
    private final TimeSource time;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, PendingCall> pending = new ConcurrentHashMap<>();
    private volatile @Nullable MessageChannel channel;
    private volatile Revision revision = Revision.NEWEST_MODERN;
    private volatile @Nullable ServerCapabilities capabilities;
    private final ClientCapabilities declared;
    private final AtomicReference<@Nullable String> closedWhy = new AtomicReference<>();
    private final AtomicReference<@Nullable String> logLevel = new AtomicReference<>();
    private final AtomicReference<@Nullable String> firstCaller = new AtomicReference<>();
    private final AtomicReference<SessionCredential> credential =
            new AtomicReference<>(SessionCredential.of(Credential.NONE));
    private volatile boolean manyCallers;
    private final Map<Long, Deadline> givenUp = new ConcurrentHashMap<>();
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> subscriptions = new ConcurrentHashMap<>();

    /** The last argument is told once, when the channel has ended. */
    Peer(
            ClientCapabilities declared,
            OwnMessages messages,
            StatusBoard board,
            Runnable offerChanged,
            TimeSource time,
            Consumer<Peer> ended) {
        this.declared = declared;
        this.messages = messages;
        this.board = board;
        this.offerChanged = offerChanged;
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

    /** What was declared to it, if it is a legacy server. */
    ClientCapabilities declared() {
        return declared;
    }

    /** What it declared, if it was asked. */
    Optional<ServerCapabilities> declaredByServer() {
        return Optional.ofNullable(capabilities);
    }

    /** What it declared; nothing while it was not asked. */
    ServerCapabilities capabilities() {
        return declaredByServer().orElse(ServerCapabilities.NONE);
    }

    void declares(ServerCapabilities theirs) {
        capabilities = theirs;
    }

    /** Remembers the level; true when it was another one before. */
    boolean logs(String level) {
        return !level.equals(logLevel.getAndSet(level));
    }

    /** What its principal has brought since counts for longer. */
    void renew(SessionCredential newest) {
        credential.set(newest);
    }

    /** The credential for the next request of a channel that sends each message as one. */
    Credential newestCredential() throws CredentialUnavailable {
        return credential.get().now();
    }

    /** Remembers whose calls it has carried. */
    void serves(String principal) {
        if (!firstCaller.compareAndSet(null, principal) && !principal.equals(firstCaller.get())) {
            manyCallers = true;
        }
    }

    void follows(Watcher watcher) {
        watchers.add(watcher);
    }

    void leaves(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** Counts a subscription in or out; false when others still hold it, so that the server need not be told. */
    boolean isLastWord(boolean wanted, String uri) {
        int holders = subscriptions.merge(uri, wanted ? 1 : -1, Integer::sum);
        if (holders <= 0) {
            subscriptions.remove(uri);
        }
        return wanted || holders <= 0;
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
    UpstreamReply ask(long id, byte[] body, CallDeadline deadline, PendingCall call, Sideline sideline) {
        boolean over = false;
        try {
            Optional<UpstreamReply> refused = begin(id, call, body);
            UpstreamReply reply = refused.isPresent() ? refused.get() : await(id, call, deadline, sideline);
            over = true;
            return reply;
        } finally {
            giveUp(id, call);
            pending.remove(id);
            if (!over) {
                cancel(id, "cancelled");
            }
        }
    }

    /** The server may still be at it: what it asks next may belong to this call, and not to the one that follows. */
    private void giveUp(long id, PendingCall call) {
        givenUp.values().removeIf(end -> end.isOver(time));
        if (call.isOfCaller() && call.answered().isEmpty()) {
            givenUp.put(id, Deadline.after(LINGERING, time));
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
                Optional<Arrival<UpstreamReply>> arrival = call.next(deadline, time);
                if (arrival.isEmpty()) {
                    return new UpstreamReply.TimedOut();
                }
                if (arrival.get() instanceof Arrival.Final<UpstreamReply>(UpstreamReply reply)) {
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

    private UpstreamReply await(long id, PendingCall call, CallDeadline deadline, Sideline sideline) {
        try {
            while (true) {
                Optional<Arrival<UpstreamReply>> arrival = call.next(deadline.now(), time);
                if (arrival.isEmpty()) {
                    cancel(id, "timed out");
                    return new UpstreamReply.TimedOut();
                }
                switch (arrival.get()) {
                    case Arrival.Notice<UpstreamReply>(Envelope message) -> {
                        // a server that has answered does not wait for answers any more
                        if (message.shape() != Shape.REQUEST) {
                            sideline.message(message);
                        } else if (call.answered().isEmpty()) {
                            sideline.requests(call.together(message));
                        }
                    }
                    case Arrival.Final<UpstreamReply>(UpstreamReply reply) -> {
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

    /** Says that a request is of no interest any more. */
    void cancel(long id, String reason) {
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
        OptionalLong id = integer(message.document(), message.id());
        id.ifPresent(givenUp::remove);
        PendingCall call = waiting(id);
        if (call == null || !call.answer(message)) {
            board.dropped();
        }
    }

    private void notification(Envelope message) {
        boolean taken;
        if (Sideline.isListChanged(message)) {
            offerChanged.run();
            taken = true;
        } else {
            taken = switch (message.method()) {
                case "notifications/progress" -> offer(message, message.param(McpNames.PROGRESS_TOKEN));
                case "notifications/message" -> log(message);
                case "notifications/resources/updated" -> updated(message);
                default -> offer(message, message.meta(McpNames.META_SUBSCRIPTION_ID));
            };
        }
        if (!taken) {
            board.dropped();
        }
    }

    private boolean offer(Envelope message, int id) {
        PendingCall call = waiting(integer(message.document(), id));
        return call != null && call.offer(message);
    }

    /** A log message names no request: it is handed on only where it can be nobody else's. */
    private boolean log(Envelope message) {
        Optional<PendingCall> sole = manyCallers ? Optional.empty() : soleCall();
        return sole.isPresent() && sole.get().wantsLog() && sole.get().offer(message);
    }

    private boolean updated(Envelope message) {
        if (revision.era() == Era.MODERN) {
            return offer(message, message.meta(McpNames.META_SUBSCRIPTION_ID));
        }
        int uri = message.param(McpNames.URI);
        boolean known = false;
        if (message.document().is(uri, Kind.STRING)) {
            for (Watcher watcher : watchers) {
                known |= watcher.updated(message.document().string(uri));
            }
        }
        return known;
    }

    /** The only caller's request under way, if none that was given up may still be worked on. */
    private Optional<PendingCall> soleCall() {
        if (givenUp.values().stream().anyMatch(end -> !end.isOver(time))) {
            return Optional.empty();
        }
        List<PendingCall> calls = pending.values().stream()
                .filter(PendingCall::isOfCaller)
                .limit(2)
                .toList();
        return calls.size() == 1 ? Optional.of(calls.getFirst()) : Optional.empty();
    }

    private void request(Envelope message) {
        if (revision.era() == Era.MODERN) {
            // to a modern server no response may be written (2026-07-28, stdio, "Sending Messages")
            board.dropped();
            return;
        }
        Optional<byte[]> settled = Questions.settled(message, declared);
        if (settled.isEmpty() && soleCall().map(call -> call.offer(message)).orElse(false)) {
            return;
        }
        byte[] id = message.document().rawBytes(message.id());
        if (!send(settled.orElseGet(() -> OwnMessages.nobodyToAsk(id)))) {
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
            watchers.forEach(Watcher::wake);
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
