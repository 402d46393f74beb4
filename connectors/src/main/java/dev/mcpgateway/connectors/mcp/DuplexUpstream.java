package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.time.Duration;
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

    private static final int LISTEN_BYTES_MAX = 64 * 1024;

    private final DuplexSettings settings;
    private final MessageChannel.Opener opener;
    private final TimeSource time;
    private final StatusBoard board;
    private final OwnMessages messages;
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
        this.opener = opener;
        this.surroundings = surroundings;
        this.time = surroundings.time();
        this.board = new StatusBoard(settings.alias(), time);
        this.messages = new OwnMessages(surroundings.identity());
        this.backoff = new Backoff(RETRY_FIRST, RETRY_LAST, surroundings.random());
        this.notBefore = Deadline.after(Duration.ZERO, time);
        this.peers = new SessionPool<>(
                settings.channelsMax(), settings.startTimeout(), settings.channelIdle(), this::open, Peer::close, time);
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
        String key = settings.shared() ? SessionPool.OWN : call.principal();
        UpstreamReply reply;
        try (var lease = live(key, call.credential(), deadline)) {
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

    private UpstreamReply call(Peer peer, UpstreamCall call, ReplyListener replies, Deadline deadline) {
        long id = peer.nextId();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), peer.revision(), messages.rewrite(call, id, progress));
        CallRelay relay = new CallRelay(progress, replies, board, this::changed, null);
        return peer.ask(id, body, deadline, new PendingCall(call.replyBytesMax(), settings.replyDepthMax()), relay);
    }

    /** A channel that lives: one that has ended is replaced, and nothing was sent over it. */
    private SessionPool<Peer>.Lease live(String key, Credential credential, Deadline deadline) throws UpstreamFault {
        SessionPool<Peer>.Lease lease = peers.lease(key, credential, deadline);
        if (lease.session().isAlive()) {
            return lease;
        }
        lease.discard();
        lease.close();
        return peers.lease(key, credential, deadline);
    }

    private Peer open(String principal, Credential credential, Deadline deadline) throws UpstreamFault {
        if (settings.shared() && !notBefore.isOver(time)) {
            String why = board.status().reason();
            throw new UpstreamFault(why.isEmpty() ? "it ended a moment ago and is started again soon" : why);
        }
        AtomicBoolean greeted = new AtomicBoolean();
        long started = time.nanos();
        Peer peer = new Peer(messages, board, this::changed, time, gone -> {
            if (greeted.get()) {
                ended(gone, started);
            }
        });
        try {
            peer.connected(opener.open(peer, credential, deadline));
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
                try (var _ = live(SessionPool.OWN, ownCredential(), Deadline.after(settings.startTimeout(), time))) {
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
        try (var lease = live(SessionPool.OWN, ownCredential(), deadline)) {
            Peer peer = lease.session();
            Offer listing = OfferPages.collect(peer.revision(), cursor -> {
                long id = peer.nextId();
                byte[] body = messages.listTools(id, peer.revision(), cursor);
                PendingCall page = new PendingCall(OfferPages.PAGE_BYTES_MAX, OfferPages.PAGE_DEPTH_MAX);
                return peer.ask(id, body, deadline, page, _ -> board.dropped());
            });
            board.up(listing.revision());
            return listing;
        } catch (UpstreamFault fault) {
            board.down(String.valueOf(fault.getMessage()));
            throw fault;
        }
    }

    private Credential ownCredential() throws UpstreamFault {
        try {
            return settings.credential().issue();
        } catch (SecretUnavailable unavailable) {
            throw new UpstreamFault(String.valueOf(unavailable.getMessage()));
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
    public ResourceWatch watch(String uri, String principal, Credential credential, Runnable updated)
            throws UpstreamFault {
        throw new UpstreamFault("resources are not watched yet");
    }

    private void changed() {
        listener.get().run();
    }

    @Override
    public void close() {
        closed.countDown();
        surroundings.sweeper().forget(peers);
        peers.close();
    }
}
