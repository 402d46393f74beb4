package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
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
 * Streamable HTTP of 2025-11-25 and before: one initialized session per principal and declared capabilities, cancellation
 * by message. What a server asks during a call reaches whoever calls; what it asks otherwise is refused.
 */
final class LegacyHttp implements HttpSpeech {
    /** Longest wait for messages without a response: their loss harms no call. */
    private static final Duration ASIDE_TIMEOUT = Duration.ofSeconds(2);

    /** Longest wait for a session that is not for a call. */
    private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(30);

    /** Longest wait for the answer to a subscription. */
    private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(10);

    /** Longest {@code InitializeResult}: names, capabilities, instructions. */
    private static final int INITIALIZE_BYTES_MAX = 1024 * 1024;

    private final HttpDialogue dialogue;
    private final OwnMessages messages;
    private final AtomicLong ids;
    private final StatusBoard board;
    private final Runnable offerChanged;
    private final Surroundings surroundings;
    private final TimeSource time;
    private final SessionKey own;
    private final SessionPool<HttpSession> sessions;

    LegacyHttp(
            HttpDialogue dialogue,
            OwnMessages messages,
            AtomicLong ids,
            StatusBoard board,
            Runnable offerChanged,
            HttpUpstreamSettings settings,
            Surroundings surroundings) {
        this.dialogue = dialogue;
        this.messages = messages;
        this.ids = ids;
        this.board = board;
        this.offerChanged = offerChanged;
        this.surroundings = surroundings;
        this.time = surroundings.time();
        this.own = SessionKey.own(settings.ownCapabilities());
        this.sessions = new SessionPool<>(
                settings.sessionsMax(), settings.listTimeout(), settings.sessionIdle(), this::open, this::end, time);
    }

    SessionPool<HttpSession> sessions() {
        return sessions;
    }

    @Override
    public Landing call(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault {
        SessionKey key = new SessionKey(call.principal(), call.dialogue().capabilities());
        try (var lease = sessions.lease(key, call.credential().session(), deadline)) {
            lease.session().renew(call.credential().session());
            Landing landing = call(lease.session(), call, listener, deadline);
            if (isSessionSuspect(landing)) {
                lose(lease);
            }
            if (!isSessionUnknown(lease.session(), landing)) {
                return landing;
            }
        }
        // refused before it ran: the server does not know the session any more
        try (var lease = sessions.lease(key, call.credential().session(), deadline)) {
            return call(lease.session(), call, listener, deadline);
        }
    }

    private static void lose(SessionPool<HttpSession>.Lease lease) {
        lease.discard();
        lease.session().gone();
    }

    private Landing call(HttpSession session, UpstreamCall call, ReplyListener listener, Deadline usual) {
        CallDeadline deadline = new CallDeadline(usual, call.inputWait());
        long id = ids.incrementAndGet();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), session.revision(), messages.rewrite(call, id, progress));
        Questions questions = new Questions(
                call, listener, deadline, board, response -> tell(session, response, aside(deadline.latest())));
        CallRelay relay = new CallRelay(progress, listener, board, questions, message -> heard(session, message));
        boolean converses = call.dialogue().logLevel() != null
                || !call.dialogue().capabilities().isEmpty();
        session.callBegins();
        try {
            return converses && prepared(session, call, deadline)
                    ? new Conversation(session, deadline, time)
                            .hold(
                                    beside -> exchange(session, call, id, body, deadline.latest(), beside),
                                    relay,
                                    message -> heardElsewhere(session, message))
                    : exchange(session, call, id, body, usual, relay);
        } finally {
            session.callEnds();
        }
    }

    /** What must stand before a call in which the server may speak of its own accord; false after an interrupt. */
    private boolean prepared(HttpSession session, UpstreamCall call, CallDeadline deadline) {
        try {
            stream(session).awaitOpened(ASIDE_TIMEOUT);
            String level = call.dialogue().logLevel();
            if (level != null && session.capabilities().logging() && session.logs(level)) {
                long id = ids.incrementAndGet();
                var _ = request(session, id, messages.setLevel(id, level), aside(deadline.now()));
            }
            return !Thread.currentThread().isInterrupted();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Deadline aside(Deadline deadline) {
        return deadline.orEarlier(Deadline.after(ASIDE_TIMEOUT, time));
    }

    /** A request of the gateway's own within a session. */
    private Landing request(HttpSession session, long id, byte[] body, Deadline deadline) {
        List<HttpHeader> headers;
        try {
            headers = HttpHeaders.legacy(session, Credentials.of(session.credential()));
        } catch (UpstreamFault noCredential) {
            return new Landing.Failed(noCredential.reply());
        }
        return dialogue.ask(
                new HttpDialogue.Question(
                        id, body, headers, deadline, HttpDialogue.EVENT_BYTES_MAX, dialogue.depthMax()),
                message -> heard(session, message));
    }

    private Landing exchange(
            HttpSession session, UpstreamCall call, long id, byte[] body, Deadline deadline, Sideline beside) {
        boolean heard = false;
        try {
            Credential credential = Credentials.of(call.credential());
            Landing landing = dialogue.ask(
                    new HttpDialogue.Question(
                            id,
                            body,
                            HttpHeaders.legacyCall(session, call, credential),
                            deadline,
                            call.replyBytesMax(),
                            dialogue.depthMax()),
                    beside);
            cancelIfGivenUp(landing, session, id);
            heard = true;
            return landing.tell(call.credential().session());
        } catch (UpstreamFault noCredential) {
            heard = true;
            return new Landing.Failed(noCredential.reply());
        } finally {
            if (!heard) {
                tellAside(session, messages.cancelled(id, "cancelled"));
            }
        }
    }

    /** The stream on which the server speaks unasked. */
    private SessionStream stream(HttpSession session) {
        return session.stream(() ->
                SessionStream.start(opened -> readStream(session, opened), session::missed, surroundings.random()));
    }

    private boolean readStream(HttpSession session, Runnable opened) throws UpstreamFault {
        try (HttpExchange stream = dialogue.listen(
                HttpHeaders.bodiless(session, Credentials.of(session.credential())), dialogue.streamEnd())) {
            if (stream.status() == 404 && session.id().isPresent()) {
                session.gone();
                return false;
            }
            if (stream.status() != 200 || !HttpDialogue.mediaType(stream).equals("text/event-stream")) {
                return stream.status() >= 500;
            }
            opened.run();
            dialogue.read(stream, message -> heardElsewhere(session, message));
            return true;
        } catch (HttpFault fault) {
            throw new UpstreamFault(Replies.of(fault, HttpDialogue.EVENT_BYTES_MAX));
        }
    }

    /** What came on a stream that belongs to no call: it may still be about the only one under way. */
    private void heardElsewhere(HttpSession session, Envelope message) {
        boolean ofCall = message.shape() == Shape.REQUEST
                ? Questions.settled(message, session.declared()).isEmpty()
                : message.method().equals("notifications/message")
                        || message.method().equals("notifications/progress");
        boolean taken = ofCall
                && !session.isOwn()
                && session.soleConversation()
                        .map(conversation -> conversation.offer(message))
                        .orElse(false);
        if (!taken) {
            heard(session, message);
        }
    }

    /** What is about no call. */
    private void heard(HttpSession session, Envelope message) {
        if (message.shape() == Shape.REQUEST) {
            refuse(session, message);
        } else if (Sideline.isListChanged(message)) {
            offerChanged.run();
        } else if (!isWatched(session, message)) {
            board.dropped();
        }
    }

    private static boolean isWatched(HttpSession session, Envelope message) {
        int uri = message.param(McpNames.URI);
        return message.shape() == Shape.NOTIFICATION
                && message.method().equals("notifications/resources/updated")
                && message.document().is(uri, Kind.STRING)
                && session.updated(message.document().string(uri));
    }

    private void refuse(HttpSession session, Envelope request) {
        byte[] answer = Questions.settled(request, session.declared())
                .orElseGet(() -> OwnMessages.nobodyToAsk(request.document().rawBytes(request.id())));
        tell(session, answer, Deadline.after(ASIDE_TIMEOUT, time));
    }

    @Override
    public void hold(Watcher watcher) throws UpstreamFault, InterruptedException {
        SessionKey key = new SessionKey(watcher.principal(), ClientCapabilities.NONE);
        try (var lease = sessions.lease(key, watcher.credential(), Deadline.after(LEASE_TIMEOUT, time))) {
            HttpSession session = lease.session();
            session.renew(watcher.credential());
            if (!session.capabilities().resourceSubscribe()) {
                throw new UpstreamFault("it does not tell of changes of resources");
            }
            session.follows(watcher);
            try {
                stream(session).awaitOpened(ASIDE_TIMEOUT);
                watcher.follow(new SessionSubscriptions(lease));
            } finally {
                session.leaves(watcher);
                if (session.isGone()) {
                    lease.discard();
                }
            }
        }
    }

    private final class SessionSubscriptions implements Watcher.Subscriptions {
        private final SessionPool<HttpSession>.Lease lease;

        SessionSubscriptions(SessionPool<HttpSession>.Lease lease) {
            this.lease = lease;
        }

        @Override
        public UpstreamReply send(boolean wanted, String uri) {
            long id = ids.incrementAndGet();
            Landing landing = request(
                    lease.session(),
                    id,
                    messages.subscription(id, wanted, uri),
                    Deadline.after(SUBSCRIBE_TIMEOUT, time));
            if (isSessionSuspect(landing)) {
                lose(lease);
            }
            return landing.reply();
        }

        @Override
        public boolean isGone() {
            return lease.session().isGone();
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
            dialogue.tell(message, HttpHeaders.legacy(session, Credentials.of(session.credential())), deadline);
        } catch (HttpFault | UpstreamFault lost) {
            board.dropped();
        }
    }

    private HttpSession open(SessionKey key, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        long id = ids.incrementAndGet();
        Landing landing = dialogue.ask(
                new HttpDialogue.Question(
                        id,
                        messages.initialize(id, key.capabilities()),
                        HttpHeaders.initialize(Credentials.of(credential)),
                        deadline,
                        INITIALIZE_BYTES_MAX,
                        dialogue.depthMax()),
                _ -> board.dropped());
        UpstreamReply reply = landing.tell(credential).reply();
        if (!(reply instanceof UpstreamReply.Answered(var message)) || !(landing instanceof Landing.Message answer)) {
            throw isRefusal(landing) ? new EraRefuted(reply) : landing.fault();
        }
        HttpSession session = agreed(message, answer.sessionId(), key, credential);
        List<HttpHeader> headers = HttpHeaders.legacy(session, Credentials.of(credential));
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

    private HttpSession agreed(
            Envelope message, Optional<String> sessionId, SessionKey key, SessionCredential credential)
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
        ServerCapabilities capabilities =
                ServerCapabilities.of(document, document.member(message.result(), McpNames.CAPABILITIES));
        return new HttpSession(
                new HttpSession.Agreed(sessionId, revision.get(), capabilities, key.capabilities(), key.equals(own)),
                credential);
    }

    private static UpstreamFault malformed(String why) {
        return new UpstreamFault(new UpstreamReply.Malformed(why));
    }

    private void end(HttpSession session) {
        session.gone();
        if (session.id().isPresent()) {
            try {
                dialogue.delete(
                        HttpHeaders.bodiless(session, Credentials.of(session.credential())),
                        Deadline.after(ASIDE_TIMEOUT, time));
            } catch (HttpFault | UpstreamFault ignored) {
                // the server will find out by itself
            }
        }
    }

    @Override
    public Offer offer(SessionCredential credential, Deadline deadline) throws UpstreamFault {
        for (int attempt = 0; ; attempt++) {
            try (var lease = sessions.lease(own, credential, deadline)) {
                HttpSession session = lease.session();
                Page page = new Page(session, credential, deadline);
                try {
                    return OfferPages.collect(session.revision(), session.capabilities(), page);
                } catch (UpstreamFault fault) {
                    if (!page.lostSession || attempt > 0) {
                        throw fault;
                    }
                } finally {
                    if (page.lostSession) {
                        lose(lease);
                    }
                }
            }
        }
    }

    private final class Page implements OfferPages.Pager {
        private final HttpSession session;
        private final SessionCredential credential;
        private final Deadline deadline;
        private boolean lostSession;

        Page(HttpSession session, SessionCredential credential, Deadline deadline) {
            this.session = session;
            this.credential = credential;
            this.deadline = deadline;
        }

        @Override
        public UpstreamReply page(FeatureList list, String cursor) {
            List<HttpHeader> headers;
            try {
                headers = HttpHeaders.legacy(session, Credentials.of(credential));
            } catch (UpstreamFault noCredential) {
                return noCredential.reply();
            }
            long id = ids.incrementAndGet();
            Landing landing = dialogue.ask(
                    new HttpDialogue.Question(
                            id,
                            messages.list(list, id, session.revision(), cursor),
                            headers,
                            deadline,
                            OfferPages.PAGE_BYTES_MAX,
                            OfferPages.PAGE_DEPTH_MAX),
                    message -> heard(session, message));
            lostSession = lostSession || isSessionSuspect(landing);
            return landing.reply();
        }
    }

    @Override
    public boolean awaitChanges(SessionCredential credential, Runnable opened, Runnable changed) throws UpstreamFault {
        try (var lease = sessions.lease(own, credential, Deadline.after(LEASE_TIMEOUT, time))) {
            HttpSession session = lease.session();
            if (!session.capabilities().anyListChanged()) {
                return false;
            }
            boolean again = readStream(session, opened);
            if (session.isGone()) {
                lease.discard();
                return true;
            }
            return again;
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
