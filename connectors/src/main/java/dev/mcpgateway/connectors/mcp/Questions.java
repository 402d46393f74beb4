package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a legacy server asks during one call (2025-11-25, Client Features): only what was declared reaches whoever calls,
 * what came together at once, each id once. Used by the calling thread alone.
 */
final class Questions {
    /** Requests answered in one call, refusals included; a server has no reason for more, and a person no patience. */
    static final int ANSWERED_MAX = 16;

    private static final Name URL_MODE = Name.of("url");

    private final ClientCapabilities declared;
    private final ReplyListener listener;
    private final CallDeadline deadline;
    private final StatusBoard board;
    private final Consumer<byte[]> sender;
    private final Set<String> ids = new HashSet<>();

    /** The sender is given each response; where it goes depends on the transport. */
    Questions(
            UpstreamCall call,
            ReplyListener listener,
            CallDeadline deadline,
            StatusBoard board,
            Consumer<byte[]> sender) {
        this.declared = call.dialogue().capabilities();
        this.listener = listener;
        this.deadline = deadline;
        this.board = board;
        this.sender = sender;
    }

    /** Answers requests, whatever they are; blocks while whoever calls is asked. */
    void answer(List<Envelope> requests) {
        List<Envelope> open = new ArrayList<>();
        for (Envelope request : requests) {
            if (ids.size() == ANSWERED_MAX || !ids.add(new String(id(request), StandardCharsets.UTF_8))) {
                board.dropped();
                continue;
            }
            settled(request, declared).ifPresentOrElse(sender, () -> open.add(request));
        }
        if (open.isEmpty()) {
            return;
        }
        deadline.asked();
        Iterator<byte[]> answers = listener.requests(List.copyOf(open)).iterator();
        for (Envelope request : open) {
            sender.accept(response(id(request), answers.next()));
        }
    }

    private static byte[] id(Envelope request) {
        return request.document().rawBytes(request.id());
    }

    /** The response that needs nobody's answer: to {@code ping}, and to what was not declared. */
    static Optional<byte[]> settled(Envelope request, ClientCapabilities declared) {
        byte[] id = request.document().rawBytes(request.id());
        return switch (request.method()) {
            case "ping" -> Optional.of(OwnMessages.emptyResult(id));
            case "elicitation/create" ->
                refusal(id, declared, McpNames.ELICITATION).or(() -> mode(request, declared, id));
            case "sampling/createMessage" ->
                refusal(id, declared, McpNames.SAMPLING).or(() -> tools(request, declared, id));
            case "roots/list" -> refusal(id, declared, McpNames.ROOTS);
            default -> Optional.of(OwnMessages.methodNotFound(id));
        };
    }

    private static Optional<byte[]> refusal(byte[] id, ClientCapabilities declared, Name capability) {
        return declared.declares(capability) ? Optional.empty() : Optional.of(OwnMessages.methodNotFound(id));
    }

    /** An empty {@code elicitation} means forms alone (2025-11-25, Elicitation, Capabilities). */
    private static Optional<byte[]> mode(Envelope request, ClientCapabilities declared, byte[] id) {
        boolean url = request.document().stringEquals(request.param(McpNames.MODE), URL_MODE);
        boolean mayUrl = declared.declares(McpNames.ELICITATION, McpNames.URL);
        boolean mayForm = declared.declares(McpNames.ELICITATION, McpNames.FORM) || !mayUrl;
        return (url ? mayUrl : mayForm)
                ? Optional.empty()
                : Optional.of(OwnMessages.error(id, -32602, "Invalid params: this mode was not declared"));
    }

    private static Optional<byte[]> tools(Envelope request, ClientCapabilities declared, byte[] id) {
        boolean asked = request.param(McpNames.TOOLS) != JsonDocument.NONE
                || request.param(McpNames.TOOL_CHOICE) != JsonDocument.NONE;
        return !asked || declared.declares(McpNames.SAMPLING, McpNames.TOOLS)
                ? Optional.empty()
                : Optional.of(OwnMessages.error(id, -32602, "Invalid params: tools in sampling were not declared"));
    }

    private static byte[] response(byte[] id, byte[] rest) {
        ByteArrayOutputStream response = new ByteArrayOutputStream(rest.length + id.length + 32);
        response.writeBytes("{\"jsonrpc\":\"2.0\",\"id\":".getBytes(StandardCharsets.US_ASCII));
        response.writeBytes(id);
        response.write(',');
        response.writeBytes(rest);
        response.write('}');
        return response.toByteArray();
    }
}
