package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes a reply for an agent that asked for chat completions. */
final class ChatSink implements Sink {
    private final Served served;
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final List<Seal> seals = new ArrayList<>();
    private int sealChars;
    private @Nullable Seal ofNextCall;
    private String id = "";
    private String model = "";
    private Optional<ModelUsage> usage = Optional.empty();

    ChatSink(Served served) {
        this.served = served;
    }

    /** The whole reply. */
    static byte[] whole(Folded reply, Served served) {
        JsonOut out = new JsonOut().open();
        head(out, "chat.completion", id(reply.id(), served), reply.model(), served);
        out.openList("choices").open().raw("index", "0");
        message(out, reply);
        out.nothing("logprobs").text("finish_reason", reason(reply.stop()));
        out.close().closeList();
        reply.usage().ifPresent(counted -> ChatUsage.write(out, counted));
        return out.close().toBytes();
    }

    private static void message(JsonOut out, Folded reply) {
        StringBuilder text = new StringBuilder();
        StringBuilder refusal = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<Seal> seals = new ArrayList<>();
        JsonOut calls = new JsonOut().openList();
        boolean called = false;
        Seal ofNextCall = null;
        for (Folded.Part part : reply.parts()) {
            switch (part) {
                case Folded.Part.Text more -> text.append(more.text());
                case Folded.Part.Refusal more -> refusal.append(more.text());
                case Folded.Part.Thought more -> thoughts.append(more.text());
                case Folded.Part.Sealed sealed -> {
                    if (sealed.seal().kind() == Seal.Kind.CALL) {
                        ofNextCall = sealed.seal();
                    } else {
                        seals.add(sealed.seal());
                    }
                }
                case Folded.Part.Call call -> {
                    called = true;
                    calls.open().text("id", call.id()).text("type", "function").open("function");
                    calls.text("name", call.name()).text("arguments", call.arguments());
                    calls.close();
                    if (ofNextCall != null) {
                        ChatSeals.writeCall(calls, ofNextCall);
                        ofNextCall = null;
                    }
                    calls.close();
                }
            }
        }
        out.open("message").text("role", "assistant");
        orNothing(out, "content", text);
        orNothing(out, "refusal", refusal);
        if (!thoughts.isEmpty()) {
            out.text("reasoning_content", thoughts.toString());
        }
        if (called) {
            out.raw("tool_calls", calls.closeList().toString());
        }
        ChatSeals.writeMessage(out, seals);
        out.close();
    }

    private static void orNothing(JsonOut out, String name, StringBuilder text) {
        if (text.isEmpty()) {
            out.nothing(name);
        } else {
            out.text(name, text.toString());
        }
    }

    private static void head(JsonOut out, String object, String id, String model, Served served) {
        out.text("id", id)
                .text("object", object)
                .number("created", served.createdSeconds())
                .text("model", model);
    }

    private static String id(String given, Served served) {
        return given.isEmpty() ? "chatcmpl-" + served.callId() : given;
    }

    private static String reason(StopReason stop) {
        return switch (stop) {
            case END, STOP_SEQUENCE, PAUSE -> "stop";
            case LENGTH, CONTEXT -> "length";
            case TOOL_CALLS -> "tool_calls";
            case REFUSAL -> "content_filter";
        };
    }

    @Override
    public void accept(Piece piece, List<Event> out) {
        switch (piece) {
            case Piece.Begun begun -> {
                id = id(begun.id(), served);
                model = begun.model();
                delta(out, delta -> delta.text("role", "assistant").text("content", ""));
            }
            case Piece.Text text -> delta(out, delta -> delta.text("content", text.text()));
            case Piece.Refusal refusal -> delta(out, delta -> delta.text("refusal", refusal.text()));
            case Piece.Thought thought -> delta(out, delta -> delta.text("reasoning_content", thought.text()));
            case Piece.Sealed sealed -> seal(sealed.seal());
            case Piece.CallBegun call -> begin(call, out);
            case Piece.CallArguments more ->
                call(
                        out,
                        indexes.getOrDefault(more.key(), 0),
                        call -> call.open("function")
                                .text("arguments", more.json())
                                .close());
            case Piece.CallEnded _ -> {}
            case Piece.Counted counted -> usage = Optional.of(counted.usage());
            case Piece.Stopped stopped -> {
                if (!seals.isEmpty()) {
                    // all at once: clients that put deltas together keep the last value of a member they do not know
                    delta(out, delta -> ChatSeals.writeMessage(delta, seals));
                }
                chunk(
                        out,
                        chunk -> chunk.openList("choices")
                                .open()
                                .raw("index", "0")
                                .open("delta")
                                .close()
                                .text("finish_reason", reason(stopped.reason()))
                                .close()
                                .closeList());
            }
            case Piece.Finished _ -> finish(out);
        }
    }

    private void seal(Seal seal) {
        if (seal.kind() == Seal.Kind.CALL) {
            ofNextCall = seal;
            return;
        }
        sealChars += seal.state().length() + seal.text().length() + 16;
        if (sealChars > Sequence.HELD_CHARS_MAX) {
            throw new Unfit("", "reasoning state longer than " + Sequence.HELD_CHARS_MAX + " characters");
        }
        seals.add(seal);
    }

    private void begin(Piece.CallBegun begun, List<Event> out) {
        int index = indexes.size();
        indexes.put(begun.key(), index);
        Seal seal = ofNextCall;
        ofNextCall = null;
        call(out, index, call -> {
            call.text("id", begun.id()).text("type", "function").open("function");
            call.text("name", begun.name()).text("arguments", "").close();
            if (seal != null) {
                ChatSeals.writeCall(call, seal);
            }
        });
    }

    private void finish(List<Event> out) {
        if (served.usageWanted() && usage.isPresent()) {
            ModelUsage counted = usage.get();
            chunk(out, chunk -> {
                chunk.openList("choices").closeList();
                ChatUsage.write(chunk, counted);
            });
        }
        out.add(new Event("message", "[DONE]".getBytes(StandardCharsets.UTF_8)));
    }

    private void call(List<Event> out, int index, Consumer<JsonOut> call) {
        delta(out, delta -> {
            delta.openList("tool_calls").open().number("index", index);
            call.accept(delta);
            delta.close().closeList();
        });
    }

    private void delta(List<Event> out, Consumer<JsonOut> delta) {
        chunk(out, chunk -> {
            chunk.openList("choices").open().raw("index", "0").open("delta");
            delta.accept(chunk);
            chunk.close().nothing("finish_reason").close().closeList();
        });
    }

    private void chunk(List<Event> out, Consumer<JsonOut> rest) {
        JsonOut chunk = new JsonOut().open();
        head(chunk, "chat.completion.chunk", id, model, served);
        rest.accept(chunk);
        out.add(new Event("message", chunk.close().toBytes()));
    }

    @Override
    public void fail(Fault fault, List<Event> out) {
        out.add(new Event("message", fault.toBytes(ModelApi.CHAT_COMPLETIONS)));
    }
}
