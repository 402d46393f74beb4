package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.UsageReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a reply of chat completions, from OpenAI and from the many servers that speak nearly the same. */
final class ChatSource implements Source {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.UTF_8);

    private final Served served;
    private final Losses losses;
    private final Map<Long, OpenCall> byIndex = new HashMap<>();
    private final List<OpenCall> calls = new ArrayList<>();
    private boolean begun;
    private boolean whole;
    private long earlyChars;
    private Optional<StopReason> stop = Optional.empty();
    private final UsageReader usage = new UsageReader(ModelProtocol.OPENAI);

    /** A call under way. */
    private static final class OpenCall {
        final int key;
        final String id;
        boolean begun;
        final StringBuilder early = new StringBuilder();

        OpenCall(int key, String id) {
            this.key = key;
            this.id = id;
        }
    }

    ChatSource(Served served, Losses losses) {
        this.served = served;
        this.losses = losses;
    }

    @Override
    public void whole(Node reply, List<Piece> out) {
        requireNoError(reply);
        out.add(new Piece.Begun(reply.textOf("id"), reply.textOf("model")));
        List<Node> choices = reply.need("choices").elements();
        if (choices.size() != 1) {
            throw reply.need("choices").unfit("not one answer");
        }
        Node choice = choices.getFirst();
        whole = true;
        content(choice.need("message"), out);
        stop = Optional.of(reason(choice.need("finish_reason")));
        reply.countInto(usage, "usage");
        finish(out);
    }

    @Override
    public void event(String type, byte[] data, List<Piece> out) {
        if (Arrays.equals(data, DONE)) {
            if (!begun || stop.isEmpty()) {
                throw new Unfit("", "the terminal event before the answer's end");
            }
            finish(out);
            return;
        }
        Optional<Node> object = ModelApi.CHAT_COMPLETIONS.isEvent(type) ? Node.ofEvent(data) : Optional.empty();
        if (object.isEmpty()) {
            losses.tellOfEvent(type);
            return;
        }
        Node chunk = object.get();
        requireNoError(chunk);
        chunk.countInto(usage, "usage");
        List<Node> choices = chunk.elementsOf("choices");
        if (choices.size() > 1 || choices.stream().anyMatch(choice -> choice.countOf("index") != 0)) {
            throw chunk.unfit("not one answer");
        }
        // Azure's first chunk has no choices, and neither id nor model
        if (!begun && !choices.isEmpty()) {
            begun = true;
            out.add(new Piece.Begun(chunk.textOf("id"), chunk.textOf("model")));
        }
        for (Node choice : choices) {
            Node delta = choice.get("delta");
            if (delta != null) {
                content(delta, out);
            }
            Node reason = choice.get("finish_reason");
            if (reason != null && !reason.text().isEmpty()) {
                stop = Optional.of(reason(reason));
            }
        }
    }

    /** Some servers send an empty error with each answer. */
    private static void requireNoError(Node reply) {
        Node error = reply.get("error");
        if (error != null && !error.isEmpty()) {
            throw new Failed(Fault.of(error, "type"));
        }
    }

    private void content(Node message, List<Piece> out) {
        Node thought = message.get("reasoning_content");
        thought = thought == null ? message.get("reasoning") : thought;
        if (thought != null && thought.isText()) {
            text(thought, out, Piece.Thought::new);
        }
        Node content = message.get("content");
        if (content != null && content.isList()) {
            parts(content, out);
        } else {
            text(content, out, Piece.Text::new);
        }
        text(message.get("refusal"), out, Piece.Refusal::new);
        for (Node call : message.elementsOf("tool_calls")) {
            call(call, out);
        }
        for (String other : List.of("annotations", "audio", "function_call")) {
            Node lost = message.get(other);
            if (lost != null && !(lost.isList() && lost.elements().isEmpty())) {
                losses.tell(lost, "unknown to the other protocol; dropped");
            }
        }
    }

    /** Some servers answer in parts, as requests are written. */
    private void parts(Node content, List<Piece> out) {
        for (Node part : content.elements()) {
            if (part.textOf("type").equals("text")) {
                text(part.need("text"), out, Piece.Text::new);
            } else {
                losses.tell(part, "a part that the other protocol does not have; dropped");
            }
        }
    }

    private static void text(@Nullable Node text, List<Piece> out, Function<String, Piece> piece) {
        // an empty text would open a block that says nothing
        if (text != null && !text.text().isEmpty()) {
            out.add(piece.apply(text.text()));
        }
    }

    private void call(Node call, List<Piece> out) {
        OpenCall open = open(call);
        Node function = call.get("function");
        if (function == null) {
            return;
        }
        String arguments = arguments(function);
        if (open.begun) {
            add(open, arguments, out);
            return;
        }
        earlyChars += arguments.length();
        open.early.append(arguments);
        String name = function.textOf("name");
        if (!name.isEmpty()) {
            open.begun = true;
            out.add(new Piece.CallBegun(open.key, open.id, name));
            add(open, open.early.toString(), out);
        } else if (earlyChars > Sequence.HELD_CHARS_MAX) {
            throw call.unfit("a call without a name");
        }
    }

    private static void add(OpenCall open, String arguments, List<Piece> out) {
        if (!arguments.isEmpty()) {
            out.add(new Piece.CallArguments(open.key, arguments));
        }
    }

    /** Some servers give the arguments as an object. */
    private static String arguments(Node function) {
        Node arguments = function.get("arguments");
        if (arguments == null) {
            return "";
        }
        return arguments.isObject() ? arguments.raw() : arguments.text();
    }

    /** The call that a part belongs to. Some servers give no index, some the same one to every call. */
    private OpenCall open(Node call) {
        String id = call.textOf("id");
        Node index = call.get("index");
        OpenCall known = index == null ? withoutIndex(call, id) : byIndex.get(index.count());
        // in a whole reply every entry is a call of its own, however its server names it
        if (!whole && known != null && (id.isEmpty() || id.equals(known.id) || CallIds.isMade(known.id))) {
            return known;
        }
        if (calls.size() >= Sequence.CALLS_MAX) {
            throw call.unfit("more than " + Sequence.CALLS_MAX + " calls in one reply");
        }
        OpenCall open = new OpenCall(calls.size(), id.isEmpty() ? CallIds.make(served, calls.size()) : id);
        if (index != null) {
            byIndex.put(index.count(), open);
        }
        calls.add(open);
        return open;
    }

    private @Nullable OpenCall withoutIndex(Node part, String id) {
        if (id.isEmpty()) {
            OpenCall last = calls.isEmpty() ? null : calls.getLast();
            Node function = part.get("function");
            boolean another = function != null && !function.textOf("name").isEmpty();
            return last != null && last.begun && another ? null : last;
        }
        return calls.stream().filter(call -> call.id.equals(id)).findFirst().orElse(null);
    }

    private StopReason reason(Node reason) {
        return switch (reason.text()) {
            case "stop" -> StopReason.END;
            case "length" -> StopReason.LENGTH;
            case "tool_calls", "function_call" -> StopReason.TOOL_CALLS;
            case "content_filter" -> StopReason.REFUSAL;
            default -> {
                losses.tell(reason, "an unknown reason; ended as if it were done");
                yield StopReason.END;
            }
        };
    }

    private void finish(List<Piece> out) {
        for (OpenCall call : calls) {
            if (!call.begun) {
                throw new Unfit("", "a call without a name");
            }
            out.add(new Piece.CallEnded(call.key));
        }
        Piece.count(usage, out);
        stop.ifPresent(reason -> out.add(new Piece.Stopped(reason, "")));
        out.add(new Piece.Finished());
    }

    @Override
    public void end(List<Piece> out) {
        throw new Unfit("", "the stream ended without [DONE]");
    }
}
