package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

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
    private final Runnable toolsChanged;
    private volatile Map<String, ParamHeaders> mirrored = Map.of();

    ModernHttp(HttpDialogue dialogue, OwnMessages messages, AtomicLong ids, StatusBoard board, Runnable toolsChanged) {
        this.dialogue = dialogue;
        this.messages = messages;
        this.ids = ids;
        this.board = board;
        this.toolsChanged = toolsChanged;
    }

    /** Asks {@code server/discover}. */
    Landing discover(Credential credential, Deadline deadline) {
        long id = ids.incrementAndGet();
        return dialogue.ask(
                new HttpDialogue.Question(
                        id,
                        messages.discover(id),
                        HttpHeaders.modern(REVISION, "server/discover", credential),
                        deadline,
                        OfferPages.PAGE_BYTES_MAX,
                        dialogue.depthMax()),
                _ -> board.dropped());
    }

    @Override
    public Landing call(UpstreamCall call, ReplyListener listener, Deadline deadline) throws UpstreamFault {
        Landing landing = callOnce(call, listener, deadline);
        if (landing.httpStatus() == 400 && landing.errorCode().equals(Optional.of(HEADER_MISMATCH))) {
            // refused before it ran: the tool's mirrored arguments are not those of the list we know
            offer(call.credential(), deadline);
            return callOnce(call, listener, deadline);
        }
        return landing;
    }

    private Landing callOnce(UpstreamCall call, ReplyListener listener, Deadline deadline) {
        long id = ids.incrementAndGet();
        ProgressRelay progress = new ProgressRelay(call, id);
        byte[] body = UpstreamMessage.request(call.request(), REVISION, messages.rewrite(call, id, progress));
        ParamHeaders params = mirrored.getOrDefault(call.target(), ParamHeaders.NONE);
        return dialogue.ask(
                new HttpDialogue.Question(
                        id,
                        body,
                        HttpHeaders.modernCall(REVISION, call, params),
                        deadline,
                        call.replyBytesMax(),
                        dialogue.depthMax()),
                new CallRelay(progress, listener, board, toolsChanged, null));
    }

    @Override
    public Offer offer(Credential credential, Deadline deadline) throws UpstreamFault {
        Offer listing = OfferPages.collect(REVISION, cursor -> {
            long id = ids.incrementAndGet();
            return dialogue.ask(
                            new HttpDialogue.Question(
                                    id,
                                    messages.listTools(id, REVISION, cursor),
                                    HttpHeaders.modern(REVISION, "tools/list", credential),
                                    deadline,
                                    OfferPages.PAGE_BYTES_MAX,
                                    OfferPages.PAGE_DEPTH_MAX),
                            _ -> board.dropped())
                    .reply();
        });
        return withoutInvalidAnnotations(listing);
    }

    /** Clients over HTTP must leave out tools whose {@code x-mcp-header} breaks the rules. */
    private Offer withoutInvalidAnnotations(Offer listing) {
        Map<String, ParamHeaders> found = new HashMap<>();
        List<Definition> usable = new ArrayList<>();
        List<String> problems = new ArrayList<>(listing.problems());
        for (Definition tool : listing.list(FeatureList.TOOLS)) {
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
        return new Offer(
                Map.of(FeatureList.TOOLS, usable),
                listing.capabilities(),
                problems,
                listing.revision(),
                listing.ttlMillis());
    }

    @Override
    public boolean awaitChanges(Credential credential, Runnable opened, Runnable changed) throws UpstreamFault {
        long id = ids.incrementAndGet();
        try (HttpExchange stream = dialogue.subscribe(
                messages.listen(id, REVISION),
                HttpHeaders.modern(REVISION, "subscriptions/listen", credential),
                dialogue.streamEnd())) {
            if (stream.status() != 200 || !HttpDialogue.mediaType(stream).equals("text/event-stream")) {
                // refused with an error, or answered without a stream: it announces nothing
                return stream.status() >= 500;
            }
            opened.run();
            dialogue.readChanges(stream, changed, _ -> board.dropped());
            return true;
        } catch (HttpFault fault) {
            throw new UpstreamFault(Replies.of(fault, HttpDialogue.EVENT_BYTES_MAX));
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
