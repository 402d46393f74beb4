package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An upstream over channels on which requests and answers of many calls are mixed: stdio, and the old HTTP+SSE transport.
 * A channel that ends takes its calls with it; a shared one is opened anew by itself, with growing pauses.
 */
public final class DuplexUpstream implements McpUpstream {
    private static final Duration RETRY_FIRST = Duration.ofMillis(500);
    private static final Duration RETRY_LAST = Duration.ofMinutes(1);

    /** A channel that lived so long was not broken from the start. */
    private static final Duration STABLE_AFTER = Duration.ofSeconds(30);

    /** Longest wait for the answer to a subscription. */
    private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(10);

    /** Longest wait for the answer to a log level: its loss harms no call. */
    private static final Duration LEVEL_TIMEOUT = Duration.ofSeconds(2);

    private static final int LISTEN_BYTES_MAX = 64 * 1024;

    /** Longest answer to {@code server/discover}: names, capabilities, instructions. */
    private static final int DISCOVER_BYTES_MAX = 1024 * 1024;

    private final DuplexSettings settings;
    private final SessionCredential ownCredential;
    private final MessageChannel.Opener opener;
    private final TimeSource time;
    private final StatusBoard board;
    private final OwnMessages messages;
    private final SessionKey own;
    private final ResourceWatches watches;
    private final Backoff backoff;
    private final SessionPool<Peer> peers;
    private final Surroundings surroundings;
    private final AtomicReference<Runnable> listener = new AtomicReference<>(() -> {});
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean everOpened;
    private volatile Deadline notBefore;

    /** Prepares everything; nothing is opened yet. */
    public DuplexUpstream(DuplexSettings settings, MessageChannel.Opener opener, Surroundings surroundings) {
        this.settings = settings;
        this.ownCredential = SessionCredential.of(settings.credential(), new CredentialUse.Own());
        this.opener = opener;
        this.surroundings = surroundings;
        this.time = surroundings.time();
        this.board = new StatusBoard(settings.alias(), time);
        this.messages = new OwnMessages(surroundings.identity(), settings.ownCapabilities());
        this.own = SessionKey.own(settings.ownCapabilities());
        this.backoff = new Backoff(RETRY_FIRST, RETRY_LAST, surroundings.random());
        this.notBefore = Deadline.after(Duration.ZERO, time);
        this.peers = new SessionPool<>(
                settings.channelsMax(), settings.startTimeout(), settings.channelIdle(), this::open, Peer::close, time);
        this.watches = new ResourceWatches(this::hold, settings.listTimeout(), surroundings);
        if (!settings.shared()) {
            surroundings.sweeper().watch(peers);
        }
    }

    @Override
    public String alias() {
        return settings.alias();
    }

    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener replies) {
        Deadline deadline = Deadline.after(call.timeout(), time);
        SessionKey key = key(call.principal(), call.dialogue().capabilities());
        UpstreamReply reply;
        try (var lease = live(key, call.credential().session(), deadline)) {
            reply = call(lease.session(), call, replies, deadline);
        } catch (UpstreamFault fault) {
            reply = Replies.notRun(fault.reply());
        }
        if (settings.shared()) {
            // one principal's session says nothing about the others'
            board.note(reply);
        }
        return reply;
    }

    /** A process has one conversation with everyone, and declares what the operator allows all of them. */
    private SessionKey key(String principal, ClientCapabilities capabilities) {
        return settings.shared() ? own : new SessionKey(principal, capabilities);
    }

    private UpstreamReply call(Peer peer, UpstreamCall call, ReplyListener replies, Deadline usual) {
        CallDeadline deadline = new CallDeadline(usual, call.inputWait());
        peer.serves(call.principal());
        if (!settings.shared()) {
            peer.renew(call.credential().session());
        }
        setLevel(peer, call, usual);
        long id = peer.nextId();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), peer.revision(), messages.rewrite(call, id, progress));
        Questions questions = new Questions(call, replies, deadline, board, response -> {
            if (!peer.send(response)) {
                board.dropped();
            }
        });
        CallRelay relay = new CallRelay(progress, replies, board, questions, _ -> board.dropped());
        return peer.ask(id, body, deadline, PendingCall.of(call, settings.replyDepthMax()), relay);
    }

    private void setLevel(Peer peer, UpstreamCall call, Deadline deadline) {
        String level = call.dialogue().logLevel();
        boolean wanted = level != null
                && peer.revision().era() == Era.LEGACY
                && peer.capabilities().logging();
        if (level != null && wanted && peer.logs(level)) {
            long id = peer.nextId();
            var _ = request(
                    peer, id, messages.setLevel(id, level), deadline.orEarlier(Deadline.after(LEVEL_TIMEOUT, time)));
        }
    }

    /** A request of the gateway's own. */
    private UpstreamReply request(Peer peer, long id, byte[] body, Deadline deadline) {
        PendingCall call = new PendingCall(LISTEN_BYTES_MAX, settings.replyDepthMax());
        return peer.ask(id, body, new CallDeadline(deadline, Duration.ZERO), call, _ -> board.dropped());
    }

    private void hold(Watcher watcher) throws UpstreamFault, InterruptedException {
        SessionKey key = key(watcher.principal(), ClientCapabilities.NONE);
        Deadline deadline = Deadline.after(settings.startTimeout(), time);
        try (var lease = live(key, watcher.credential(), deadline)) {
            Peer peer = lease.session();
            if (peer.revision().era() == Era.MODERN) {
                listen(peer, watcher);
            } else if (!peer.capabilities().resourceSubscribe()) {
                throw new UpstreamFault("it does not tell of changes of resources");
            } else {
                peer.follows(watcher);
                try {
                    watcher.follow(new PeerSubscriptions(peer));
                } finally {
                    peer.leaves(watcher);
                }
            }
        }
    }

    private final class PeerSubscriptions implements Watcher.Subscriptions {
        private final Peer peer;

        PeerSubscriptions(Peer peer) {
            this.peer = peer;
        }

        @Override
        public UpstreamReply send(boolean wanted, String uri) {
            if (!peer.isLastWord(wanted, uri)) {
                return new UpstreamReply.Cancelled();
            }
            long id = peer.nextId();
            UpstreamReply reply =
                    request(peer, id, messages.subscription(id, wanted, uri), Deadline.after(SUBSCRIBE_TIMEOUT, time));
            if (wanted && !(reply instanceof UpstreamReply.Answered)) {
                var _ = peer.isLastWord(false, uri);
            }
            return reply;
        }

        @Override
        public boolean isGone() {
            return !peer.isAlive();
        }
    }

    /** One subscription for all that is watched, made anew whenever that changes. */
    private void listen(Peer peer, Watcher watcher) throws UpstreamFault, InterruptedException {
        Set<String> uris = watcher.uris();
        long id = peer.nextId();
        PendingCall subscription = new PendingCall(LISTEN_BYTES_MAX, settings.replyDepthMax());
        Listening listening = new Listening(id, uris, watcher, board);
        watcher.breakWith(() -> subscription.end(new UpstreamReply.Cancelled()));
        try {
            Optional<UpstreamReply> refused = peer.begin(id, subscription, messages.listen(id, peer.revision(), uris));
            if (refused.isPresent()) {
                throw new UpstreamFault(refused.get());
            }
            while (watcher.uris().equals(uris)) {
                Optional<Inbox.Arrival<UpstreamReply>> arrival = subscription.next(Deadline.NEVER, time);
                if (arrival.isEmpty()) {
                    return;
                }
                switch (arrival.get()) {
                    case Inbox.Arrival.Notice<UpstreamReply>(Envelope message) -> listening.message(message);
                    case Inbox.Arrival.Final<UpstreamReply>(UpstreamReply.Answered _),
                            Inbox.Arrival.Final<UpstreamReply>(UpstreamReply.Cancelled _) -> {
                        return;
                    }
                    case Inbox.Arrival.Final<UpstreamReply>(UpstreamReply end) -> throw new UpstreamFault(end);
                }
            }
        } finally {
            watcher.breakWith(null);
            peer.forget(id);
            if (peer.isAlive()) {
                peer.cancel(id, "watched no more");
            }
        }
    }

    /** A channel that lives: one that has ended is replaced, and nothing was sent over it. */
    private SessionPool<Peer>.Lease live(SessionKey key, SessionCredential credential, Deadline deadline)
            throws UpstreamFault {
        SessionPool<Peer>.Lease lease = peers.lease(key, credential, deadline);
        if (lease.session().isAlive()) {
            return lease;
        }
        lease.discard();
        lease.close();
        return peers.lease(key, credential, deadline);
    }

    private Peer open(SessionKey key, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        if (settings.shared() && !notBefore.isOver(time)) {
            String why = board.status().reason();
            throw new UpstreamFault(why.isEmpty() ? "it ended a moment ago and is started again soon" : why);
        }
        AtomicBoolean greeted = new AtomicBoolean();
        long started = time.nanos();
        Peer peer = new Peer(key.capabilities(), messages, board, this::changed, time, gone -> {
            if (greeted.get()) {
                ended(gone, started);
            }
        });
        try {
            peer.renew(credential);
            peer.connected(opener.open(peer, peer::newestCredential, deadline));
            new Greeting(peer, messages, settings.probeTimeout(), time).exchange(settings.era(), deadline);
            greeted.set(true);
        } finally {
            if (!greeted.get()) {
                peer.close();
                pause();
            }
        }
        greeted(peer);
        return peer;
    }

    private void greeted(Peer peer) {
        board.up(peer.revision());
        listen(peer);
        if (settings.shared() && everOpened) {
            board.restarted();
            changed();
        }
        everOpened = true;
    }

    /** A modern server announces changes only to those who listen. */
    private void listen(Peer peer) {
        if (peer.revision().era() == Era.MODERN) {
            long id = peer.nextId();
            var _ = peer.begin(
                    id,
                    new PendingCall(LISTEN_BYTES_MAX, settings.replyDepthMax()),
                    messages.listen(id, peer.revision()));
        }
    }

    private void ended(Peer gone, long started) {
        Thread.ofVirtual().name("channel-close").start(gone::close);
        if (closed.getCount() == 0 || !settings.shared()) {
            return;
        }
        board.down(gone.closedWhy());
        if (time.nanos() - started > STABLE_AFTER.toNanos()) {
            backoff.reset();
        }
        pause();
        Thread.ofVirtual().name("restart-" + settings.alias()).start(this::restart);
    }

    private void pause() {
        notBefore = Deadline.after(backoff.next(), time);
    }

    private void restart() {
        try {
            while (!closed.await(notBefore.remainingNanos(time), TimeUnit.NANOSECONDS)) {
                try (var _ = live(own, ownCredential, Deadline.after(settings.startTimeout(), time))) {
                    return;
                } catch (UpstreamFault still) {
                    board.down(String.valueOf(still.getMessage()));
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Offer offer() throws UpstreamFault {
        Deadline deadline = Deadline.after(settings.listTimeout(), time);
        try (var lease = live(own, ownCredential, deadline)) {
            Peer peer = lease.session();
            if (peer.declaredByServer().isEmpty()) {
                discover(peer, deadline);
            }
            ServerCapabilities capabilities = peer.capabilities();
            Offer offer = OfferPages.collect(peer.revision(), capabilities, (list, cursor) -> {
                long id = peer.nextId();
                byte[] body = messages.list(list, id, peer.revision(), cursor);
                PendingCall page = new PendingCall(OfferPages.PAGE_BYTES_MAX, OfferPages.PAGE_DEPTH_MAX);
                return peer.ask(id, body, new CallDeadline(deadline, Duration.ZERO), page, _ -> board.dropped());
            });
            board.up(offer.revision());
            return offer;
        } catch (UpstreamFault fault) {
            board.down(String.valueOf(fault.getMessage()));
            throw fault;
        }
    }

    /** Of a server whose era was configured, so that it was not asked before. */
    private void discover(Peer peer, Deadline deadline) throws UpstreamFault {
        long id = peer.nextId();
        PendingCall call = new PendingCall(DISCOVER_BYTES_MAX, settings.replyDepthMax());
        UpstreamReply reply = peer.ask(
                id, messages.discover(id), new CallDeadline(deadline, Duration.ZERO), call, _ -> board.dropped());
        switch (reply) {
            case UpstreamReply.Answered _, UpstreamReply.ProtocolError _ -> peer.declares(EraProbe.capabilities(reply));
            default -> throw new UpstreamFault(reply);
        }
    }

    @Override
    public UpstreamStatus status() {
        return board.status();
    }

    @Override
    public void onOfferChanged(Runnable toTell) {
        listener.set(toTell);
    }

    @Override
    public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        return watches.watch(uri, principal, credential, updated);
    }

    private void changed() {
        listener.get().run();
    }

    @Override
    public void close() {
        closed.countDown();
        watches.close();
        surroundings.sweeper().forget(peers);
        peers.close();
    }
}
