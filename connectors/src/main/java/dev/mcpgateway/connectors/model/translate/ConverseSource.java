package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.UsageReader;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a reply of Bedrock's Converse. Its stream has a start for blocks of tools alone, and ends with {@code metadata}, which
 * counts the tokens.
 */
final class ConverseSource implements Source {
    private final Served served;
    private final Losses losses;
    private final UsageReader usage = new UsageReader(ModelProtocol.CONVERSE);
    private final Map<Long, OpenBlock> blocks = new TreeMap<>();
    private boolean begun;
    private boolean stopped;
    private boolean counted;
    private int calls;

    /** A block whose end has not come. */
    private static final class OpenBlock {
        static final int NO_CALL = -1;

        final StringBuilder thought = new StringBuilder();
        final StringBuilder signature = new StringBuilder();
        final ByteArrayOutputStream redacted = new ByteArrayOutputStream();
        int call = NO_CALL;
    }

    ConverseSource(Served served, Losses losses) {
        this.served = served;
        this.losses = losses;
    }

    @Override
    public void whole(Node reply, List<Piece> out) {
        begin(out);
        for (Node block : reply.need("output").need("message").need("content").elements()) {
            OpenBlock open = new OpenBlock();
            block(block, open, out);
            end(open, out);
        }
        stop(reply, out);
        count(reply, out);
        finish(out);
    }

    private void begin(List<Piece> out) {
        begun = true;
        out.add(new Piece.Begun("", served.model()));
    }

    private void block(Node block, OpenBlock open, List<Piece> out) {
        Node text = block.get("text");
        Node call = block.get("toolUse");
        Node reasoning = block.get("reasoningContent");
        Node cited = block.get("citationsContent");
        if (text != null) {
            text(text.text(), out);
        } else if (call != null) {
            if (call(call, open, out)) {
                Node input = call.get("input");
                out.add(new Piece.CallArguments(open.call, input == null ? "{}" : input.object()));
            }
        } else if (reasoning != null) {
            Node readable = reasoning.get("reasoningText");
            reasoning(readable == null ? reasoning : readable, open, out);
        } else if (cited != null) {
            losses.tell(cited, "citations; dropped");
            cited.elementsOf("content").forEach(part -> text(part.textOf("text"), out));
        } else {
            losses.tell(block, "a block that the other protocol does not have; dropped");
        }
    }

    @Override
    public void event(String type, byte[] data, List<Piece> out) {
        Optional<Node> object = Node.ofEvent(data);
        boolean isError = type.equals("error");
        if (object.isEmpty() || !(isError || ModelApi.CONVERSE.isEvent(type))) {
            losses.tellOfEvent(type);
            return;
        }
        Node event = object.get();
        if (isError) {
            Node error = event.get("error");
            throw new Failed(error == null ? Fault.ofType("") : Fault.of(error, "type"));
        }
        if (begun == type.equals("messageStart")) {
            throw event.unfit("an event before messageStart, or a second one");
        }
        switch (type) {
            case "messageStart" -> begin(out);
            case "contentBlockStart" -> start(event, out);
            case "contentBlockDelta" -> delta(event, out);
            case "contentBlockStop" -> {
                OpenBlock open = blocks.remove(event.need("contentBlockIndex").count());
                if (open != null) {
                    end(open, out);
                }
            }
            case "messageStop" -> stop(event, out);
            default -> count(event, out);
        }
        if (stopped && counted) {
            finish(out);
        }
    }

    private OpenBlock open(Node event) {
        if (stopped) {
            throw event.unfit("content behind the end of the message");
        }
        OpenBlock open = blocks.computeIfAbsent(event.need("contentBlockIndex").count(), _ -> new OpenBlock());
        if (blocks.size() > Sequence.CALLS_MAX) {
            throw event.unfit("too many blocks at once");
        }
        return open;
    }

    private void start(Node event, List<Piece> out) {
        OpenBlock open = open(event);
        Node start = event.get("start");
        Node call = start == null ? null : start.get("toolUse");
        if (call != null) {
            if (open.call != OpenBlock.NO_CALL) {
                throw event.unfit("a block that is open already");
            }
            call(call, open, out);
        } else if (start != null && (start.get("toolResult") != null || start.get("image") != null)) {
            losses.tell(start, "a block that the other protocol does not have; dropped");
        }
    }

    private void delta(Node event, List<Piece> out) {
        OpenBlock open = open(event);
        Node delta = event.need("delta");
        Node text = delta.get("text");
        Node call = delta.get("toolUse");
        Node reasoning = delta.get("reasoningContent");
        if (text != null) {
            text(text.text(), out);
        } else if (call != null) {
            if (open.call != OpenBlock.NO_CALL) {
                out.add(new Piece.CallArguments(open.call, call.textOf("input")));
            }
        } else if (reasoning != null) {
            reasoning(reasoning, open, out);
        } else if (delta.get("citation") != null) {
            losses.tell(delta, "citations; dropped");
        } else {
            losses.tell(delta, "a delta that the other protocol does not have; dropped");
        }
    }

    /** Begins a call that the agent is to carry out; what the provider runs itself, and what nobody offered, is not its affair. */
    private boolean call(Node call, OpenBlock open, List<Piece> out) {
        if (!call.textOf("type").isEmpty()) {
            losses.tell(call, "a block that the other protocol does not have; dropped");
            return false;
        }
        String name = call.need("name").text();
        if (ConverseTools.isNone(name)) {
            losses.tell(call, "a call of the tool that says it is none; dropped");
            return false;
        }
        open.call = calls++;
        out.add(new Piece.CallBegun(open.call, call.need("toolUseId").text(), name));
        return true;
    }

    private void reasoning(Node reasoning, OpenBlock open, List<Piece> out) {
        String thought = reasoning.textOf("text");
        if (!thought.isEmpty()) {
            open.thought.append(thought);
            out.add(new Piece.Thought(thought));
        }
        open.signature.append(reasoning.textOf("signature"));
        Node redacted = reasoning.get("redactedContent");
        if (redacted != null) {
            try {
                open.redacted.writeBytes(Base64.getDecoder().decode(redacted.text()));
            } catch (IllegalArgumentException not) {
                throw redacted.unfit("no Base64");
            }
        }
        if (open.thought.length() + open.signature.length() + open.redacted.size() > Sequence.HELD_CHARS_MAX) {
            throw reasoning.unfit("a thought longer than " + Sequence.HELD_CHARS_MAX + " characters");
        }
    }

    /** Thoughts without a signature are not wanted back. */
    private void end(OpenBlock open, List<Piece> out) {
        if (open.call != OpenBlock.NO_CALL) {
            out.add(new Piece.CallEnded(open.call));
        }
        if (!open.signature.isEmpty()) {
            out.add(new Piece.Sealed(
                    new Seal(served.owner(), Seal.Kind.THINKING, open.thought.toString(), open.signature.toString())));
        }
        if (open.redacted.size() > 0) {
            String state = Base64.getEncoder().encodeToString(open.redacted.toByteArray());
            out.add(new Piece.Sealed(new Seal(served.owner(), Seal.Kind.REDACTED, "", state)));
        }
    }

    private static void text(String text, List<Piece> out) {
        if (!text.isEmpty()) {
            out.add(new Piece.Text(text));
        }
    }

    private void stop(Node said, List<Piece> out) {
        if (stopped) {
            throw said.unfit("a second end");
        }
        // a guardrail may stop a model within a block
        blocks.values().forEach(open -> end(open, out));
        blocks.clear();
        stopped = true;
        out.add(new Piece.Stopped(reason(said.need("stopReason")), ""));
    }

    private void count(Node said, List<Piece> out) {
        counted = said.get("usage") != null;
        said.countInto(usage, "usage");
        Piece.count(usage, out);
    }

    private static void finish(List<Piece> out) {
        out.add(new Piece.Finished());
    }

    private StopReason reason(Node reason) {
        return switch (reason.text()) {
            case "end_turn" -> StopReason.END;
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens" -> StopReason.LENGTH;
            case "model_context_window_exceeded" -> StopReason.CONTEXT;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "guardrail_intervened", "content_filtered" -> StopReason.REFUSAL;
            // what the model wanted is lost, so an end in peace would be a lie
            case "malformed_model_output", "malformed_tool_use" ->
                throw reason.unfit("an answer that the model could not write");
            default -> {
                losses.tell(reason, "an unknown reason; ended as if it were done");
                yield StopReason.END;
            }
        };
    }

    @Override
    public void end(List<Piece> out) {
        throw new Unfit("", "the stream ended without metadata");
    }
}
