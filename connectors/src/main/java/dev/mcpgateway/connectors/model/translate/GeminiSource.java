package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.UsageReader;
import java.util.List;
import java.util.Optional;

/** Reads a reply of Gemini {@code generateContent}, whose stream is a row of replies without a terminal event. */
final class GeminiSource implements Source {
    private final Served served;
    private final Losses losses;
    private boolean begun;
    private int calls;
    private Optional<StopReason> stop = Optional.empty();
    private final UsageReader usage = new UsageReader(ModelProtocol.GEMINI);

    GeminiSource(Served served, Losses losses) {
        this.served = served;
        this.losses = losses;
    }

    @Override
    public void whole(Node reply, List<Piece> out) {
        chunk(reply, out);
        end(out);
    }

    @Override
    public void event(String type, byte[] data, List<Piece> out) {
        Optional<Node> chunk = ModelApi.GENERATE_CONTENT.isEvent(type) ? Node.ofEvent(data) : Optional.empty();
        chunk.ifPresentOrElse(each -> chunk(each, out), () -> losses.tellOfEvent(type));
    }

    @Override
    public void end(List<Piece> out) {
        if (stop.isEmpty()) {
            throw new Unfit("", "the reply ended without finishReason");
        }
        Piece.count(usage, out);
        out.add(new Piece.Stopped(stop.get(), ""));
        out.add(new Piece.Finished());
    }

    private void chunk(Node chunk, List<Piece> out) {
        Node error = chunk.get("error");
        if (error != null && !error.isEmpty()) {
            throw new Failed(Fault.of(error, "status"));
        }
        if (!begun) {
            begun = true;
            out.add(new Piece.Begun(chunk.textOf("responseId"), chunk.textOf("modelVersion")));
        }
        chunk.countInto(usage, "usageMetadata");
        Node feedback = chunk.get("promptFeedback");
        if (feedback != null && feedback.get("blockReason") != null) {
            stop = Optional.of(StopReason.REFUSAL);
        }
        List<Node> candidates = chunk.elementsOf("candidates");
        if (candidates.size() > 1) {
            throw chunk.need("candidates").unfit("not one answer");
        }
        for (Node candidate : candidates) {
            Node content = candidate.get("content");
            for (Node part : content == null ? List.<Node>of() : content.elementsOf("parts")) {
                part(part, out);
            }
            Node reason = candidate.get("finishReason");
            if (reason != null) {
                stop = Optional.of(reason(reason));
            }
        }
    }

    private void part(Node part, List<Piece> out) {
        String signature = part.textOf("thoughtSignature");
        Node call = part.get("functionCall");
        if (call != null) {
            seal(Seal.Kind.CALL, signature, out);
            call(call, out);
            return;
        }
        Node text = part.get("text");
        if (text == null) {
            losses.tell(part, "a part that the other protocol does not have; dropped");
        } else if (!text.text().isEmpty()) {
            out.add(part.flag("thought") ? new Piece.Thought(text.text()) : new Piece.Text(text.text()));
        }
        seal(Seal.Kind.PART, signature, out);
    }

    private void seal(Seal.Kind kind, String signature, List<Piece> out) {
        if (!signature.isEmpty()) {
            out.add(new Piece.Sealed(new Seal(served.owner(), kind, "", signature)));
        }
    }

    private void call(Node call, List<Piece> out) {
        int key = calls++;
        String id = call.textOf("id");
        Node arguments = call.get("args");
        out.add(new Piece.CallBegun(
                key,
                id.isEmpty() ? CallIds.make(served, key) : id,
                call.need("name").text()));
        out.add(new Piece.CallArguments(key, arguments == null ? "{}" : arguments.object()));
        out.add(new Piece.CallEnded(key));
    }

    private StopReason reason(Node reason) {
        return switch (reason.text()) {
            case "STOP" -> StopReason.END;
            case "MAX_TOKENS" -> StopReason.LENGTH;
            case "SAFETY",
                    "RECITATION",
                    "LANGUAGE",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION" -> StopReason.REFUSAL;
            // the call that the model wanted is lost, so an end in peace would be a lie
            case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS" ->
                throw reason.unfit("a call of a tool that the model could not write");
            default -> {
                losses.tell(reason, "an unknown reason; ended as if it were done");
                yield StopReason.END;
            }
        };
    }
}
