package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.UsageReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a reply of Anthropic messages. */
final class MessagesSource implements Source {
    private static final Set<String> KINDS = Set.of(
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
            "error");

    private final Served served;
    private final Losses losses;
    private final UsageReader usage = new UsageReader(ModelProtocol.ANTHROPIC);
    private final Map<Long, OpenBlock> blocks = new HashMap<>();
    private boolean begun;
    private boolean stopped;
    private int calls;

    /** A block whose end has not come. */
    private static final class OpenBlock {
        final String type;
        final StringBuilder thought = new StringBuilder();
        final StringBuilder signature = new StringBuilder();
        String input = "";
        int key;

        OpenBlock(String type) {
            this.type = type;
        }
    }

    MessagesSource(Served served, Losses losses) {
        this.served = served;
        this.losses = losses;
    }

    @Override
    public void whole(Node reply, List<Piece> out) {
        if (reply.textOf("type").equals("error")) {
            throw failed(reply);
        }
        begin(reply, out);
        for (Node block : reply.need("content").elements()) {
            OpenBlock open = start(block, out);
            end(open, out);
        }
        stop(reply, out);
        reply.countInto(usage, "usage");
        Piece.count(usage, out);
        out.add(new Piece.Finished());
    }

    private void begin(Node message, List<Piece> out) {
        out.add(new Piece.Begun(message.textOf("id"), message.textOf("model")));
        begun = true;
    }

    @Override
    public void event(String type, byte[] data, List<Piece> out) {
        Optional<Node> object = Node.ofEvent(data);
        String kind = object.map(each -> each.textOf("type"))
                .filter(each -> !each.isEmpty())
                .orElse(type);
        if (object.isEmpty() || !KINDS.contains(kind)) {
            // the protocol adds event types and asks readers to pass over them
            losses.tellOfEvent(kind);
            return;
        }
        Node event = object.get();
        if (!begun && !kind.equals("message_start") && !kind.equals("error")) {
            throw event.unfit("an event before message_start");
        }
        switch (kind) {
            case "message_start" -> {
                if (begun) {
                    throw event.unfit("a second message_start");
                }
                Node message = event.need("message");
                begin(message, out);
                message.countInto(usage, "usage");
            }
            case "content_block_start" -> {
                long index = event.need("index").count();
                if (blocks.containsKey(index) || blocks.size() >= Sequence.CALLS_MAX) {
                    throw event.unfit("a block that is open already, or too many");
                }
                blocks.put(index, start(event.need("content_block"), out));
            }
            case "content_block_delta" -> delta(block(event), event.need("delta"), out);
            case "content_block_stop" -> {
                OpenBlock block = block(event);
                blocks.remove(event.need("index").count());
                end(block, out);
            }
            case "message_delta" -> {
                stop(event.need("delta"), out);
                event.countInto(usage, "usage");
                Piece.count(usage, out);
            }
            case "message_stop" -> {
                if (!stopped || !blocks.isEmpty()) {
                    throw event.unfit("message_stop in the middle of the message");
                }
                out.add(new Piece.Finished());
            }
            default -> throw failed(event);
        }
    }

    private static Failed failed(Node event) {
        Node error = event.get("error");
        return new Failed(error == null ? Fault.ofType("") : Fault.of(error, "type"));
    }

    private OpenBlock block(Node event) {
        OpenBlock block = blocks.get(event.need("index").count());
        if (block == null) {
            throw event.unfit("no such block is open");
        }
        return block;
    }

    private OpenBlock start(Node block, List<Piece> out) {
        OpenBlock open = new OpenBlock(block.need("type").text());
        switch (open.type) {
            case "text" -> {
                text(block.textOf("text"), out);
                if (block.get("citations") != null
                        && !block.elementsOf("citations").isEmpty()) {
                    losses.tell(block.need("citations"), "citations; dropped");
                }
            }
            case "thinking" -> {
                thought(open, block.textOf("thinking"), out);
                open.signature.append(block.textOf("signature"));
            }
            case "redacted_thinking" ->
                out.add(new Piece.Sealed(new Seal(
                        served.owner(),
                        Seal.Kind.REDACTED,
                        "",
                        block.need("data").text())));
            case "tool_use" -> {
                open.key = calls++;
                Node input = block.get("input");
                open.input = input == null ? "{}" : input.object();
                out.add(new Piece.CallBegun(
                        open.key, block.need("id").text(), block.need("name").text()));
            }
            default -> losses.tell(block, "a block that the other protocol does not have; dropped");
        }
        return open;
    }

    private void delta(OpenBlock open, Node delta, List<Piece> out) {
        switch (delta.need("type").text()) {
            case "text_delta" -> text(delta.need("text").text(), out);
            case "thinking_delta" -> thought(open, delta.need("thinking").text(), out);
            case "signature_delta" ->
                open.signature.append(delta.need("signature").text());
            case "input_json_delta" -> {
                String json = delta.need("partial_json").text();
                if (open.type.equals("tool_use") && !json.isEmpty()) {
                    open.input = "";
                    out.add(new Piece.CallArguments(open.key, json));
                }
            }
            case "citations_delta" -> losses.tell(delta, "citations; dropped");
            default -> losses.tell(delta, "a delta that the other protocol does not have; dropped");
        }
        if (open.thought.length() + open.signature.length() > Sequence.HELD_CHARS_MAX) {
            throw delta.unfit("a thought longer than " + Sequence.HELD_CHARS_MAX + " characters");
        }
    }

    private void end(OpenBlock open, List<Piece> out) {
        switch (open.type) {
            case "thinking" ->
                out.add(new Piece.Sealed(new Seal(
                        served.owner(), Seal.Kind.THINKING, open.thought.toString(), open.signature.toString())));
            case "tool_use" -> {
                // some servers give the whole input with the block's start and no delta
                if (!open.input.isEmpty()) {
                    out.add(new Piece.CallArguments(open.key, open.input));
                }
                out.add(new Piece.CallEnded(open.key));
            }
            default -> {}
        }
    }

    private static void text(String text, List<Piece> out) {
        if (!text.isEmpty()) {
            out.add(new Piece.Text(text));
        }
    }

    private static void thought(OpenBlock open, String text, List<Piece> out) {
        if (!text.isEmpty()) {
            open.thought.append(text);
            out.add(new Piece.Thought(text));
        }
    }

    private void stop(Node message, List<Piece> out) {
        Node reason = message.get("stop_reason");
        if (reason == null) {
            if (!message.textOf("type").isEmpty()) {
                throw message.unfit("a whole message without stop_reason");
            }
            return;
        }
        if (stopped) {
            return;
        }
        stopped = true;
        out.add(new Piece.Stopped(reason(reason), message.textOf("stop_sequence")));
    }

    private StopReason reason(Node reason) {
        return switch (reason.text()) {
            case "end_turn" -> StopReason.END;
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens" -> StopReason.LENGTH;
            case "model_context_window_exceeded" -> StopReason.CONTEXT;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "refusal" -> StopReason.REFUSAL;
            case "pause_turn" -> {
                losses.tell(reason, "a paused turn; ended as if it were done");
                yield StopReason.PAUSE;
            }
            default -> {
                losses.tell(reason, "an unknown reason; ended as if it were done");
                yield StopReason.END;
            }
        };
    }

    @Override
    public void end(List<Piece> out) {
        throw new Unfit("", "the stream ended without message_stop");
    }
}
