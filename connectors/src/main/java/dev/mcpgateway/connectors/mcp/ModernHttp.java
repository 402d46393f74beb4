package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP of 2026-07-28: each request stands alone, metadata in body and header, a closed stream is the
 * cancellation.
 */
final class ModernHttp implements HttpSpeech {
    private static final Revision REVISION = Revision.NEWEST_MODERN;
    private static final long HEADER_MISMATCH = -32020;

    private final HttpDialogue dialogue;
    private final OwnMessages messages;
    private final AtomicLong ids;
    private final StatusBoard board;
    private final Runnable offerChanged;
    private final AtomicReference<@Nullable Landing> discovered = new AtomicReference<>();
    private volatile Map<String, ParamHeaders> mirrored = Map.of();

    ModernHttp(HttpDialogue dialogue, OwnMessages messages, AtomicLong ids, StatusBoard board, Runnable offerChanged) {
        this.dialogue = dialogue;
        this.messages = messages;
        this.ids = ids;
        this.board = board;
        this.offerChanged = offerChanged;
    }

    /** Asks {@code server/discover}. The next offer takes the answer for what the server declares. */
    Landing discover(SessionCredential credential, Deadline deadline) throws UpstreamFault {
        long id = ids.incrementAndGet();
        Landing landing = dialogue.ask(
                new HttpDialogue.Question(
                        id,
                        messages.discover(id),
                        HttpHeaders.modern(REVISION, "server/discover", Credentials.of(credential)),
                        deadline,
                        OfferPages.PAGE_BYTES_MAX,
                        dialogue.depthMax()),
                _ -> board.dropped());
        discovered.set(landing);
        return landing.tell(credential);
    }

    @Override
    public Landing call(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault {
        Landing landing = callOnce(call, listener, deadline);
        boolean mismatch = landing.httpStatus() == 400 && landing.errorCode().equals(Optional.of(HEADER_MISMATCH));
        if (mismatch && isToolCall(call)) {
            // refused before it ran: the tool's mirrored arguments are not those of the list we know
            var _ = lists(ServerCapabilities.TOOLS_ONLY, call.credential().session(), deadline);
            return callOnce(call, listener, deadline);
        }
        return landing;
    }

    private static boolean isToolCall(UpstreamCall call) {
        return call.method().equals("tools/call");
    }

    private Landing callOnce(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault {
        long id = ids.incrementAndGet();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), REVISION, messages.rewrite(call, id, progress));
        ParamHeaders params =
                isToolCall(call) ? mirrored.getOrDefault(call.target(), ParamHeaders.NONE) : ParamHeaders.NONE;
        return dialogue.ask(
                        new HttpDialogue.Question(
                                id,
                                body,
                                HttpHeaders.modernCall(REVISION, call, params, Credentials.of(call.credential())),
                                deadline,
                                call.replyBytesMax(),
                                dialogue.depthMax()),
                        new CallRelay(progress, listener, board, null, this::announced))
                .tell(call.credential().session());
    }

    private void announced(Envelope message) {
        if (Sideline.isListChanged(message)) {
            offerChanged.run();
        } else {
            board.dropped();
        }
    }

    @Override
    public Offer offer(SessionCredential credential, Deadline deadline) throws UpstreamFault {
        Landing known = discovered.getAndSet(null);
        Landing landing = known == null ? discover(credential, deadline) : known;
        discovered.set(null);
        if (landing instanceof Landing.Failed) {
            throw landing.fault();
        }
        return lists(EraProbe.capabilities(landing.reply()), credential, deadline);
    }

    private Offer lists(ServerCapabilities capabilities, SessionCredential credential, Deadline deadline)
            throws UpstreamFault {
        Offer offer = OfferPages.collect(REVISION, capabilities, (list, cursor) -> {
            Credential issued;
            try {
                issued = Credentials.of(credential);
            } catch (UpstreamFault noCredential) {
                return noCredential.reply();
            }
            long id = ids.incrementAndGet();
            return dialogue.ask(
                            new HttpDialogue.Question(
                                    id,
                                    messages.list(list, id, REVISION, cursor),
                                    HttpHeaders.modern(REVISION, list.method(), issued),
                                    deadline,
                                    OfferPages.PAGE_BYTES_MAX,
                                    OfferPages.PAGE_DEPTH_MAX),
                            _ -> board.dropped())
                    .reply();
        });
        return withoutInvalidAnnotations(offer);
    }

    /** Clients over HTTP must leave out tools whose {@code x-mcp-header} breaks the rules. */
    private Offer withoutInvalidAnnotations(Offer offer) {
        Map<String, ParamHeaders> found = new HashMap<>();
        List<Definition> usable = new ArrayList<>();
        List<String> problems = new ArrayList<>(offer.problems());
        for (Definition tool : offer.list(FeatureList.TOOLS)) {
            try {
                ParamHeaders params = ParamHeaders.of(tool.document(), tool.inputSchema());
                if (!params.params().isEmpty()) {
                    found.put(tool.name(), params);
                }
                usable.add(tool);
            } catch (ParamHeaders.Invalid invalid) {
                problems.add("the tool " + Printable.of(tool.name(), OfferPages.NAME_CHARS_MAX) + " was left out: "
                        + invalid.getMessage());
            }
        }
        mirrored = Map.copyOf(found);
        Map<FeatureList, List<Definition>> lists = new HashMap<>(offer.lists());
        lists.put(FeatureList.TOOLS, usable);
        return new Offer(lists, offer.capabilities(), problems, offer.revision(), offer.ttlMillis());
    }

    @Override
    public boolean awaitChanges(SessionCredential credential, Runnable opened, Runnable changed) throws UpstreamFault {
        long id = ids.incrementAndGet();
        try (HttpExchange stream = dialogue.subscribe(
                messages.listen(id, REVISION),
                HttpHeaders.modern(REVISION, "subscriptions/listen", Credentials.of(credential)),
                dialogue.streamEnd())) {
            if (stream.status() != 200 || !HttpDialogue.mediaType(stream).equals("text/event-stream")) {
                // refused with an error, or answered without a stream: it announces nothing
                return stream.status() >= 500;
            }
            opened.run();
            dialogue.read(stream, message -> {
                if (Sideline.isListChanged(message)) {
                    changed.run();
                } else if (!message.method().equals(Listening.ACKNOWLEDGED)) {
                    board.dropped();
                }
            });
            return true;
        } catch (HttpFault fault) {
            throw new UpstreamFault(Replies.of(fault, HttpDialogue.EVENT_BYTES_MAX));
        }
    }

    @Override
    public void hold(Watcher watcher) throws UpstreamFault {
        Set<String> uris = watcher.uris();
        Listening listening = new Listening(ids.incrementAndGet(), uris, watcher, board);
        try (HttpExchange stream = dialogue.subscribe(
                messages.listen(listening.id(), REVISION, uris),
                HttpHeaders.modern(REVISION, "subscriptions/listen", Credentials.of(watcher.credential())),
                dialogue.streamEnd())) {
            if (stream.status() != 200 || !HttpDialogue.mediaType(stream).equals("text/event-stream")) {
                throw new UpstreamFault(
                        stream.status() == 200
                                ? new UpstreamReply.Malformed("no stream in answer to subscriptions/listen")
                                : Replies.ofStatus(stream.status()));
            }
            watcher.breakWith(stream::cancel);
            if (watcher.uris().equals(uris)) {
                dialogue.read(stream, listening);
            }
        } catch (HttpFault fault) {
            if (fault.kind() != HttpFault.Kind.CANCELLED) {
                throw new UpstreamFault(Replies.of(fault, HttpDialogue.EVENT_BYTES_MAX));
            }
        } finally {
            watcher.breakWith(null);
        }
    }

    @Override
    public boolean isRefutedBy(Landing landing) {
        int status = landing.httpStatus();
        if (status != 400 && status != 404 && status != 405) {
            return false;
        }
        return landing.errorCode()
                .map(code -> code == EraProbe.UNSUPPORTED_VERSION || (code <= -32000 && code > -32020))
                .orElse(true);
    }
}
