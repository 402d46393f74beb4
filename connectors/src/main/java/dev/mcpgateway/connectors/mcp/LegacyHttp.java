package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Streamable HTTP of 2025-11-25 and before: one initialized session per principal, cancellation by message. No client
 * capability is declared, so a server may ask for nothing but {@code ping}.
 */
final class LegacyHttp implements HttpSpeech {
    /** Longest wait for messages without a response: their loss harms no call. */
    private static final Duration ASIDE_TIMEOUT = Duration.ofSeconds(2);

    /** Longest {@code InitializeResult}: names, capabilities, instructions. */
    private static final int INITIALIZE_BYTES_MAX = 1024 * 1024;

    private final HttpDialogue dialogue;
    private final OwnMessages messages;
    private final AtomicLong ids;
    private final StatusBoard board;
    private final Runnable toolsChanged;
    private final TimeSource time;
    private final SessionPool<HttpSession> sessions;

    LegacyHttp(
            HttpDialogue dialogue,
            OwnMessages messages,
            AtomicLong ids,
            StatusBoard board,
            Runnable toolsChanged,
            HttpUpstreamSettings settings,
            TimeSource time) {
        this.dialogue = dialogue;
        this.messages = messages;
        this.ids = ids;
        this.board = board;
        this.toolsChanged = toolsChanged;
        this.time = time;
        this.sessions = new SessionPool<>(
                settings.sessionsMax(), settings.listTimeout(), settings.sessionIdle(), this::open, this::end, time);
    }

    SessionPool<HttpSession> sessions() {
        return sessions;
    }

    @Override
    public Landing call(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault {
        try (var lease = sessions.lease(call.principal(), call.credential(), deadline)) {
            Landing landing = call(lease.session(), call, listener, deadline);
            if (isSessionSuspect(landing)) {
                lease.discard();
            }
            if (!isSessionUnknown(lease.session(), landing)) {
                return landing;
            }
        }
        // refused before it ran: the server does not know the session any more
        try (var lease = sessions.lease(call.principal(), call.credential(), deadline)) {
            return call(lease.session(), call, listener, deadline);
        }
    }

    private Landing call(HttpSession session, UpstreamCall call, ReplyListener listener, Deadline deadline) {
        long id = ids.incrementAndGet();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), session.revision(), messages.rewrite(call, id, progress));
        CallRelay relay =
                new CallRelay(progress, listener, board, toolsChanged, request -> answer(session, request, deadline));
        boolean heard = false;
        try {
            Landing landing = dialogue.ask(
                    new HttpDialogue.Question(
                            id,
                            body,
                            HttpHeaders.legacyCall(session, call),
                            deadline,
                            call.replyBytesMax(),
                            dialogue.depthMax()),
                    relay);
            cancelIfGivenUp(landing, session, id);
            heard = true;
            return landing;
        } finally {
            if (!heard) {
                tellAside(session, messages.cancelled(id, "cancelled"));
            }
        }
    }

    /** 404 in answer to a session id (2025-11-25, Transports, Session Management). */
    private static boolean isSessionUnknown(HttpSession session, Landing landing) {
        return landing.httpStatus() == 404 && session.id().isPresent();
    }

    /** Some servers say 400 for an unknown session, and do not name the request. */
    private static boolean isSessionSuspect(Landing landing) {
        boolean anonymous =
                !(landing instanceof Landing.Message answer) || answer.message().id() == JsonDocument.NONE;
        return landing.httpStatus() == 404 || (landing.httpStatus() == 400 && anonymous);
    }

    private void cancelIfGivenUp(Landing landing, HttpSession session, long id) {
        if (landing instanceof Landing.Failed(UpstreamReply reply)) {
            switch (reply) {
                case UpstreamReply.TimedOut _ -> tellAside(session, messages.cancelled(id, "timed out"));
                case UpstreamReply.Cancelled _ -> tellAside(session, messages.cancelled(id, "cancelled"));
                default -> {
                    // there is nothing left that could be stopped
                }
            }
        }
    }

    /** On a thread of its own, since the calling one may be interrupted and must not wait. */
    private void tellAside(HttpSession session, byte[] message) {
        Thread.ofVirtual().name("mcp-aside").start(() -> tell(session, message, Deadline.after(ASIDE_TIMEOUT, time)));
    }

    private void tell(HttpSession session, byte[] message, Deadline deadline) {
        try {
            dialogue.tell(message, HttpHeaders.legacy(session, session.credential()), deadline);
        } catch (HttpFault lost) {
            board.dropped();
        }
    }

    private void answer(HttpSession session, Envelope request, Deadline deadline) {
        byte[] id = request.document().rawBytes(request.id());
        byte[] answer = request.method().equals("ping") ? OwnMessages.emptyResult(id) : OwnMessages.methodNotFound(id);
        tell(session, answer, deadline.orEarlier(Deadline.after(ASIDE_TIMEOUT, time)));
    }

    private HttpSession open(String principal, Credential credential, Deadline deadline) throws UpstreamFault {
        long id = ids.incrementAndGet();
        Landing landing = dialogue.ask(
                new HttpDialogue.Question(
                        id,
                        messages.initialize(id),
                        HttpHeaders.initialize(credential),
                        deadline,
                        INITIALIZE_BYTES_MAX,
                        dialogue.depthMax()),
                _ -> board.dropped());
        UpstreamReply reply = landing.reply();
        if (!(reply instanceof UpstreamReply.Answered(var message)) || !(landing instanceof Landing.Message answer)) {
            throw isRefusal(landing) ? new EraRefuted(reply) : landing.fault();
        }
        HttpSession session = agreed(message, answer.sessionId(), credential);
        List<HttpHeader> headers = HttpHeaders.legacy(session, credential);
        try {
            int status = dialogue.tell(messages.initialized(), headers, deadline);
            if (status >= 300) {
                throw new UpstreamFault(Replies.ofStatus(status));
            }
            return session;
        } catch (HttpFault fault) {
            throw new UpstreamFault(Replies.of(fault, INITIALIZE_BYTES_MAX));
        }
    }

    private static boolean isRefusal(Landing landing) {
        return landing.httpStatus() == 400
                || landing.httpStatus() == 404
                || landing.httpStatus() == 405
                || landing.errorCode().isPresent();
    }

    private static HttpSession agreed(Envelope message, Optional<String> sessionId, Credential credential)
            throws UpstreamFault {
        JsonDocument document = message.document();
        int version = document.member(message.result(), McpNames.PROTOCOL_VERSION);
        Optional<Revision> revision = document.is(version, Kind.STRING)
                ? Revision.of(document.string(version)).filter(known -> known.era() == Era.LEGACY)
                : Optional.empty();
        if (revision.isEmpty()) {
            throw malformed("it agrees on no protocol revision that this gateway knows");
        }
        if (sessionId.isPresent() && !HttpSession.isId(sessionId.get())) {
            throw malformed("its session id is too long or not visible ASCII");
        }
        return new HttpSession(sessionId, revision.get(), announcesChanges(message), credential);
    }

    static boolean announcesChanges(Envelope initialized) {
        JsonDocument document = initialized.document();
        int capabilities = document.member(initialized.result(), McpNames.CAPABILITIES);
        int tools = document.member(capabilities, McpNames.TOOLS);
        return document.is(document.member(tools, McpNames.LIST_CHANGED), Kind.TRUE);
    }

    private static UpstreamFault malformed(String why) {
        return new UpstreamFault(new UpstreamReply.Malformed(why));
    }

    private void end(HttpSession session) {
        if (session.id().isPresent()) {
            try {
                dialogue.delete(
                        HttpHeaders.bodiless(session, session.credential()), Deadline.after(ASIDE_TIMEOUT, time));
            } catch (HttpFault ignored) {
                // the server will find out by itself
            }
        }
    }

    @Override
    public Offer offer(Credential credential, Deadline deadline) throws UpstreamFault {
        for (int attempt = 0; ; attempt++) {
            try (var lease = sessions.lease(SessionPool.OWN, credential, deadline)) {
                Page page = new Page(lease.session(), credential, deadline);
                try {
                    return OfferPages.collect(lease.session().revision(), page);
                } catch (UpstreamFault fault) {
                    if (!page.lostSession) {
                        throw fault;
                    }
                    lease.discard();
                    if (attempt > 0) {
                        throw fault;
                    }
                }
            }
        }
    }

    private final class Page implements OfferPages.Pager {
        private final HttpSession session;
        private final Credential credential;
        private final Deadline deadline;
        private boolean lostSession;

        Page(HttpSession session, Credential credential, Deadline deadline) {
            this.session = session;
            this.credential = credential;
            this.deadline = deadline;
        }

        @Override
        public UpstreamReply page(String cursor) {
            long id = ids.incrementAndGet();
            Landing landing = dialogue.ask(
                    new HttpDialogue.Question(
                            id,
                            messages.listTools(id, session.revision(), cursor),
                            HttpHeaders.legacy(session, credential),
                            deadline,
                            OfferPages.PAGE_BYTES_MAX,
                            OfferPages.PAGE_DEPTH_MAX),
                    this::aside);
            lostSession = isSessionSuspect(landing);
            return landing.reply();
        }

        private void aside(Envelope message) {
            answerOrDrop(session, message, deadline);
        }
    }

    private void answerOrDrop(HttpSession session, Envelope message, Deadline deadline) {
        if (message.shape() == Shape.REQUEST) {
            answer(session, message, deadline);
        } else {
            board.dropped();
        }
    }

    @Override
    public boolean awaitChanges(Credential credential, Runnable opened, Runnable changed) throws UpstreamFault {
        Deadline end = dialogue.streamEnd();
        try (var lease = sessions.lease(SessionPool.OWN, credential, Deadline.after(Duration.ofSeconds(30), time))) {
            HttpSession session = lease.session();
            if (!session.announcesChanges()) {
                return false;
            }
            try (HttpExchange stream = dialogue.listen(HttpHeaders.bodiless(session, credential), end)) {
                if (stream.status() == 404) {
                    lease.discard();
                    return true;
                }
                if (stream.status() != 200 || !HttpDialogue.mediaType(stream).equals("text/event-stream")) {
                    return stream.status() >= 500;
                }
                opened.run();
                dialogue.readChanges(stream, changed, message -> answerOrDrop(session, message, end));
                return true;
            }
        } catch (HttpFault fault) {
            throw new UpstreamFault(Replies.of(fault, HttpDialogue.EVENT_BYTES_MAX));
        }
    }

    @Override
    public boolean isRefutedBy(Landing landing) {
        return landing.httpStatus() == 400
                && landing.errorCode().filter(EraProbe.MODERN_CODES::contains).isPresent();
    }

    void close() {
        sessions.close();
    }
}
