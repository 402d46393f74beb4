package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Era;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An upstream over Streamable HTTP, modern or legacy; which one is found out, remembered, and asked again when wrong. */
public final class HttpUpstream implements McpUpstream {
    private final HttpUpstreamSettings settings;
    private final SessionCredential ownCredential;
    private final Surroundings surroundings;
    private final TimeSource time;
    /** Most streams that stay open; those beyond are done without. */
    private static final int STREAMS_MAX = 512;

    private final HttpTransport transport;
    private final HttpTransport streams;
    private final StatusBoard board;
    private final ModernHttp modern;
    private final LegacyHttp legacy;
    private final EraProbe probe;
    private final ResourceWatches watches;
    private final AtomicReference<Runnable> listener = new AtomicReference<>(() -> {});
    private final Object watching = new Object();
    private @Nullable ChangeWatcher watcher;
    private boolean closed;

    /** Prepares everything; nothing is sent yet. */
    public HttpUpstream(HttpUpstreamSettings settings, Surroundings surroundings) {
        this.settings = settings;
        this.ownCredential = SessionCredential.of(settings.credential(), new CredentialUse.Own());
        this.surroundings = surroundings;
        this.time = surroundings.time();
        this.board = new StatusBoard(settings.alias(), time);
        this.transport = HttpTransport.open(
                settings.connections(),
                OutboundGuard.forTarget(settings.url(), settings.allowNetworks()),
                surroundings.sweeper());
        this.streams = HttpTransport.open(
                settings.connections().withConnections(STREAMS_MAX),
                OutboundGuard.forTarget(settings.url(), settings.allowNetworks()),
                surroundings.sweeper());
        HttpDialogue dialogue = new HttpDialogue(
                transport, streams, HttpOrigin.target(settings.url()), settings.jsonDepthMax(), board, time);
        OwnMessages messages = new OwnMessages(surroundings.identity(), settings.ownCapabilities());
        AtomicLong ids = new AtomicLong();
        this.modern = new ModernHttp(dialogue, messages, ids, board, this::changed);
        this.legacy = new LegacyHttp(dialogue, messages, ids, board, this::changed, settings, surroundings);
        this.watches = new ResourceWatches(this::hold, settings.listTimeout(), surroundings);
        this.probe = new EraProbe(settings.era(), modern::discover, time);
        surroundings.sweeper().watch(legacy.sessions());
    }

    @Override
    public String alias() {
        return settings.alias();
    }

    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener replies) {
        Deadline deadline = Deadline.after(call.timeout(), time);
        try {
            Landing landing = call(call, replies, deadline);
            note(landing.reply(), landing.isOutage());
            return landing.reply();
        } catch (UpstreamFault fault) {
            UpstreamReply reply = Replies.notRun(fault.reply());
            note(reply, fault.isOutage());
            return reply;
        }
    }

    /** A refusal may concern one caller alone, and proves that someone is there. */
    private void note(UpstreamReply reply, boolean outage) {
        if (outage || reply instanceof UpstreamReply.Answered) {
            board.note(reply);
        }
    }

    private Landing call(UpstreamCall call, ReplyListener replies, Deadline deadline) throws UpstreamFault {
        Era era = probe.era(call.credential().session(), deadline);
        try {
            Landing landing = speech(era).call(call, replies, deadline);
            if (!speech(era).isRefutedBy(landing)) {
                return landing;
            }
            Era now = probe.again(era, call.credential().session(), deadline);
            return now == era ? landing : speech(now).call(call, replies, deadline);
        } catch (EraRefuted refuted) {
            Era now = again(era, refuted, call.credential().session(), deadline);
            return speech(now).call(call, replies, deadline);
        }
    }

    /** The other era, or the refusal itself when asking again found no other. */
    private Era again(Era era, EraRefuted refuted, SessionCredential credential, Deadline deadline)
            throws UpstreamFault {
        Era now = probe.again(era, credential, deadline);
        if (now != era) {
            return now;
        }
        probe.forget();
        throw settings.era() == EraSetting.AUTO
                ? new UpstreamFault("it speaks neither MCP 2026-07-28 nor an older revision at this URL ("
                        + refuted.getMessage() + "); if it is an old HTTP+SSE server, set transport: sse")
                : refuted;
    }

    private HttpSpeech speech(Era era) {
        return era == Era.MODERN ? modern : legacy;
    }

    @Override
    public Offer offer() throws UpstreamFault {
        Deadline deadline = Deadline.after(settings.listTimeout(), time);
        try {
            Offer listing = offer(ownCredential, deadline);
            board.up(listing.revision());
            watch();
            return listing;
        } catch (UpstreamFault fault) {
            board.down(String.valueOf(fault.getMessage()));
            throw fault;
        }
    }

    private Offer offer(SessionCredential credential, Deadline deadline) throws UpstreamFault {
        Era era = probe.era(credential, deadline);
        try {
            return speech(era).offer(credential, deadline);
        } catch (EraRefuted refuted) {
            return speech(again(era, refuted, credential, deadline)).offer(credential, deadline);
        } catch (UpstreamFault fault) {
            // a list harms no one: whatever the error meant, the next attempt finds the era anew
            probe.forget();
            throw fault;
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

    private void hold(Watcher watcher) throws UpstreamFault, InterruptedException {
        Deadline deadline = Deadline.after(settings.listTimeout(), time);
        Era era = probe.era(watcher.credential(), deadline);
        try {
            speech(era).hold(watcher);
        } catch (EraRefuted refuted) {
            speech(again(era, refuted, watcher.credential(), deadline)).hold(watcher);
        }
    }

    private void changed() {
        listener.get().run();
    }

    private void watch() {
        synchronized (watching) {
            ChangeWatcher current = watcher;
            if (!closed && (current == null || !current.isListening())) {
                watcher = ChangeWatcher.start(
                        settings.alias(),
                        (opened, changed) -> {
                            Era era = probe.era(ownCredential, Deadline.after(settings.listTimeout(), time));
                            return speech(era).awaitChanges(ownCredential, opened, changed);
                        },
                        this::changed,
                        surroundings.random());
            }
        }
    }

    @Override
    public void close() {
        synchronized (watching) {
            closed = true;
            if (watcher != null) {
                watcher.close();
            }
        }
        watches.close();
        surroundings.sweeper().forget(legacy.sessions());
        legacy.close();
        streams.close();
        transport.close();
    }
}
