package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a reply for an agent that speaks Anthropic messages. Opaque state of another provider becomes the signature, or
 * the data, of a thinking block, which every such agent sends back.
 */
final class MessagesSink implements Sink {
    private static final ModelUsage NONE = new ModelUsage(0, 0, 0, 0, 0, 0);

    private enum Open {
        NOTHING,
        TEXT,
        THINKING,
        CALL
    }

    private final Served served;
    private final StateKey key;
    private Open open = Open.NOTHING;
    private int index = -1;
    private Optional<ModelUsage> usage = Optional.empty();
    private Piece.Stopped stopped = new Piece.Stopped(StopReason.END, "");

    MessagesSink(Served served, StateKey key) {
        this.served = served;
        this.key = key;
    }

    /** The whole reply. */
    static byte[] whole(Folded reply, Served served, StateKey key) {
        JsonOut out = new JsonOut().open();
        head(out, reply.id(), reply.model(), served);
        out.openList("content");
        for (Folded.Part part : reply.parts()) {
            switch (part) {
                case Folded.Part.Text text -> text(out, text.text());
                case Folded.Part.Refusal refusal -> text(out, refusal.text());
                case Folded.Part.Thought thought ->
                    ChatSeals.writeThinking(
                            out, new Seal(served.owner(), Seal.Kind.THINKING, thought.text(), nothing(served, key)));
                case Folded.Part.Sealed sealed ->
                    ChatSeals.writeThinking(
                            out, new Seal(served.owner(), Seal.Kind.REDACTED, "", key.seal(sealed.seal())));
                case Folded.Part.Call call -> {
                    // a call that the output limit or a filter cut has no arguments that an object could hold
                    if (Arguments.isObject(call.arguments())) {
                        out.open()
                                .text("type", "tool_use")
                                .text("id", CallIds.plain(call.id()))
                                .text("name", call.name());
                        out.raw("input", call.arguments()).close();
                    }
                }
            }
        }
        out.closeList();
        stop(out, new Piece.Stopped(reply.stop(), reply.stopSequence()));
        MessagesUsage.write(out, reply.usage().orElse(NONE));
        return out.close().toBytes();
    }

    private static String nothing(Served served, StateKey key) {
        return key.seal(new Seal(served.owner(), Seal.Kind.NOTHING, "", ""));
    }

    private static void text(JsonOut out, String text) {
        out.open().text("type", "text").text("text", text).close();
    }

    private static void head(JsonOut out, String id, String model, Served served) {
        out.text("id", id.isEmpty() ? "msg_" + served.callId() : id)
                .text("type", "message")
                .text("role", "assistant")
                .text("model", model);
    }

    private static void stop(JsonOut out, Piece.Stopped stopped) {
        String reason = switch (stopped.reason()) {
            case END, PAUSE -> "end_turn";
            // without the sequence there is nothing that the reason could refer to
            case STOP_SEQUENCE -> stopped.sequence().isEmpty() ? "end_turn" : "stop_sequence";
            case LENGTH -> "max_tokens";
            case CONTEXT -> "model_context_window_exceeded";
            case TOOL_CALLS -> "tool_use";
            case REFUSAL -> "refusal";
        };
        out.text("stop_reason", reason);
        if (stopped.sequence().isEmpty()) {
            out.nothing("stop_sequence");
        } else {
            out.text("stop_sequence", stopped.sequence());
        }
    }

    @Override
    public void accept(Piece piece, List<Event> out) {
        switch (piece) {
            case Piece.Begun begun -> begin(begun, out);
            case Piece.Text text -> say(text.text(), out);
            case Piece.Refusal refusal -> say(refusal.text(), out);
            case Piece.Thought thought -> {
                if (open != Open.THINKING) {
                    start(
                            out,
                            Open.THINKING,
                            block -> block.text("type", "thinking")
                                    .text("thinking", "")
                                    .text("signature", ""));
                }
                delta(out, delta -> delta.text("type", "thinking_delta").text("thinking", thought.text()));
            }
            case Piece.Sealed sealed -> {
                start(
                        out,
                        Open.NOTHING,
                        block -> block.text("type", "redacted_thinking").text("data", key.seal(sealed.seal())));
                end(out);
            }
            case Piece.CallBegun call ->
                start(
                        out,
                        Open.CALL,
                        block -> block.text("type", "tool_use")
                                .text("id", CallIds.plain(call.id()))
                                .text("name", call.name())
                                .raw("input", "{}"));
            case Piece.CallArguments more ->
                delta(out, delta -> delta.text("type", "input_json_delta").text("partial_json", more.json()));
            case Piece.CallEnded _ -> close(out);
            case Piece.Counted counted -> usage = Optional.of(counted.usage());
            case Piece.Stopped last -> {
                close(out);
                stopped = last;
            }
            case Piece.Finished _ -> finish(out);
        }
    }

    private void begin(Piece.Begun begun, List<Event> out) {
        event(out, "message_start", event -> {
            event.open("message");
            head(event, begun.id(), begun.model(), served);
            event.openList("content").closeList().nothing("stop_reason").nothing("stop_sequence");
            // not known yet; complete in message_delta
            MessagesUsage.write(event, NONE);
            event.close();
        });
    }

    private void say(String text, List<Event> out) {
        if (open != Open.TEXT) {
            start(out, Open.TEXT, block -> block.text("type", "text").text("text", ""));
        }
        delta(out, delta -> delta.text("type", "text_delta").text("text", text));
    }

    private void finish(List<Event> out) {
        close(out);
        event(out, "message_delta", event -> {
            event.open("delta");
            stop(event, stopped);
            event.close();
            MessagesUsage.write(event, usage.orElse(NONE));
        });
        event(out, "message_stop", _ -> {});
    }

    private void start(List<Event> out, Open kind, Consumer<JsonOut> block) {
        close(out);
        open = kind;
        index++;
        event(out, "content_block_start", event -> {
            event.number("index", index).open("content_block");
            block.accept(event);
            event.close();
        });
    }

    private void delta(List<Event> out, Consumer<JsonOut> delta) {
        event(out, "content_block_delta", event -> {
            event.number("index", index).open("delta");
            delta.accept(event);
            event.close();
        });
    }

    private void close(List<Event> out) {
        if (open == Open.THINKING) {
            delta(out, delta -> delta.text("type", "signature_delta").text("signature", nothing(served, key)));
        }
        if (open != Open.NOTHING) {
            end(out);
        }
        open = Open.NOTHING;
    }

    private void end(List<Event> out) {
        event(out, "content_block_stop", event -> event.number("index", index));
    }

    private static void event(List<Event> out, String type, Consumer<JsonOut> rest) {
        JsonOut event = new JsonOut().open().text("type", type);
        rest.accept(event);
        out.add(new Event(type, event.close().toBytes()));
    }

    @Override
    public void fail(Fault fault, List<Event> out) {
        out.add(new Event("error", fault.toBytes(ModelApi.MESSAGES)));
    }
}
