package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a reply for an agent that speaks Responses. Opaque state becomes the encrypted content of a reasoning item, which
 * such agents send back. A whole reply is what the stream's last event holds.
 */
final class ResponsesSink implements Sink {

    private enum Open {
        NOTHING("", ""),
        TEXT("output_text", "text"),
        REFUSAL("refusal", "refusal"),
        REASONING("summary_text", "text"),
        CALL("", "");

        private final String part;
        private final String field;

        Open(String part, String field) {
            this.part = part;
            this.field = field;
        }
    }

    private final Served served;
    private final StateKey key;
    private final List<String> items = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private Open open = Open.NOTHING;
    private String callId = "";
    private String callName = "";
    private String id = "";
    private String model = "";
    private int chars;
    private long events;
    private Optional<ModelUsage> usage = Optional.empty();
    private StopReason stop = StopReason.END;

    ResponsesSink(Served served, StateKey key) {
        this.served = served;
        this.key = key;
    }

    /** The whole reply. */
    static byte[] whole(Folded reply, Served served, StateKey key) {
        ResponsesSink sink = new ResponsesSink(served, key);
        List<Event> unused = new ArrayList<>();
        sink.id = id(reply.id(), served);
        sink.model = reply.model();
        sink.usage = reply.usage();
        sink.stop = reply.stop();
        for (Folded.Part part : reply.parts()) {
            switch (part) {
                case Folded.Part.Text more -> sink.accept(new Piece.Text(more.text()), unused);
                case Folded.Part.Refusal more -> sink.accept(new Piece.Refusal(more.text()), unused);
                case Folded.Part.Thought more -> sink.accept(new Piece.Thought(more.text()), unused);
                case Folded.Part.Sealed sealed -> sink.accept(new Piece.Sealed(sealed.seal()), unused);
                case Folded.Part.Call call -> {
                    sink.accept(new Piece.CallBegun(0, call.id(), call.name()), unused);
                    sink.accept(new Piece.CallArguments(0, call.arguments()), unused);
                    sink.accept(new Piece.CallEnded(0), unused);
                }
            }
            unused.clear();
        }
        sink.close(unused);
        JsonOut out = new JsonOut();
        sink.response(out, sink.status());
        return out.toBytes();
    }

    private static String id(String given, Served served) {
        return given.isEmpty() ? "resp_" + served.callId() : given;
    }

    private String status() {
        return switch (stop) {
            case LENGTH, CONTEXT, REFUSAL -> "incomplete";
            case END, STOP_SEQUENCE, PAUSE, TOOL_CALLS -> "completed";
        };
    }

    private void response(JsonOut out, String status) {
        out.open().text("id", id).text("object", "response").number("created_at", served.createdSeconds());
        out.text("status", status).nothing("error");
        if (status.equals("incomplete")) {
            String reason = stop == StopReason.REFUSAL ? "content_filter" : "max_output_tokens";
            out.open("incomplete_details").text("reason", reason).close();
        } else {
            out.nothing("incomplete_details");
        }
        out.nothing("instructions").open("metadata").close().text("model", model);
        out.openList("output");
        items.forEach(out::raw);
        out.closeList()
                .truth("parallel_tool_calls", true)
                .nothing("temperature")
                .nothing("top_p");
        out.text("tool_choice", "auto").openList("tools").closeList().truth("store", false);
        if (usage.isPresent() && !status.equals("in_progress")) {
            usage(out, usage.get());
        } else {
            out.nothing("usage");
        }
        out.close();
    }

    private static void usage(JsonOut out, ModelUsage usage) {
        out.open("usage")
                .number("input_tokens", usage.input())
                .open("input_tokens_details")
                .number("cached_tokens", usage.cacheRead())
                .number("cache_write_tokens", usage.cacheWrite())
                .close()
                .number("output_tokens", usage.output())
                .open("output_tokens_details")
                .number("reasoning_tokens", usage.reasoning())
                .close()
                .number("total_tokens", usage.input() + usage.output())
                .close();
    }

    @Override
    public void accept(Piece piece, List<Event> out) {
        switch (piece) {
            case Piece.Begun begun -> {
                id = id(begun.id(), served);
                model = begun.model();
                state(out, "response.created", "in_progress");
                state(out, "response.in_progress", "in_progress");
            }
            case Piece.Text more -> say(Open.TEXT, more.text(), out);
            case Piece.Refusal more -> say(Open.REFUSAL, more.text(), out);
            case Piece.Thought more -> think(more.text(), out);
            case Piece.Sealed sealed -> seal(sealed.seal(), out);
            case Piece.CallBegun call -> {
                start(Open.CALL, out);
                callId = call.id();
                callName = call.name();
                event(out, "response.output_item.added", event -> {
                    event.number("output_index", items.size()).name("item");
                    call(event, "", "in_progress");
                });
            }
            case Piece.CallArguments more -> {
                append(more.json());
                event(out, "response.function_call_arguments.delta", event -> {
                    place(event);
                    event.text("delta", more.json());
                });
            }
            case Piece.CallEnded _ -> close(out);
            case Piece.Counted counted -> usage = Optional.of(counted.usage());
            case Piece.Stopped stopped -> {
                close(out);
                stop = stopped.reason();
            }
            case Piece.Finished _ -> state(out, "response." + status(), status());
        }
    }

    private void append(String more) {
        count(more.length());
        text.append(more);
    }

    private void count(int more) {
        chars += more + 16;
        if (chars > Folded.CHARS_MAX) {
            throw new Unfit("", "a reply longer than " + Folded.CHARS_MAX + " characters");
        }
    }

    private void start(Open kind, List<Event> out) {
        close(out);
        open = kind;
        text.setLength(0);
    }

    private void say(Open kind, String more, List<Event> out) {
        if (open != kind) {
            start(kind, out);
            event(out, "response.output_item.added", event -> {
                event.number("output_index", items.size()).name("item");
                message(event, "in_progress", false);
            });
            part(out, "response.content_part.added", "content_index");
        }
        append(more);
        event(out, "response." + kind.part + ".delta", event -> {
            place(event);
            event.number("content_index", 0).text("delta", more);
            logprobs(event);
        });
    }

    private void think(String more, List<Event> out) {
        if (open != Open.REASONING) {
            start(Open.REASONING, out);
            reasoningAdded(out);
            part(out, "response.reasoning_summary_part.added", "summary_index");
        }
        append(more);
        event(out, "response.reasoning_summary_text.delta", event -> {
            place(event);
            event.number("summary_index", 0).text("delta", more);
        });
    }

    private void reasoningAdded(List<Event> out) {
        event(out, "response.output_item.added", event -> {
            event.number("output_index", items.size()).name("item");
            reasoning(event, "", false);
        });
    }

    private void seal(Seal seal, List<Event> out) {
        count(seal.state().length() + seal.text().length());
        if (open == Open.REASONING && seal.kind() == Seal.Kind.THINKING) {
            closeReasoning(key.seal(seal), out);
            return;
        }
        start(Open.NOTHING, out);
        reasoningAdded(out);
        done(out, event -> reasoning(event, key.seal(seal), false));
    }

    private void close(List<Event> out) {
        switch (open) {
            case NOTHING -> {}
            case TEXT, REFUSAL -> {
                event(out, "response." + open.part + ".done", event -> {
                    place(event);
                    event.number("content_index", 0).text(open.field, text.toString());
                    logprobs(event);
                });
                part(out, "response.content_part.done", "content_index");
                done(out, event -> message(event, "completed", true));
            }
            case REASONING -> closeReasoning("", out);
            case CALL -> {
                event(out, "response.function_call_arguments.done", event -> {
                    place(event);
                    event.text("name", callName).text("arguments", text.toString());
                });
                done(out, event -> call(event, text.toString(), "completed"));
            }
        }
        open = Open.NOTHING;
    }

    private void closeReasoning(String token, List<Event> out) {
        event(out, "response.reasoning_summary_text.done", event -> {
            place(event);
            event.number("summary_index", 0).text("text", text.toString());
        });
        part(out, "response.reasoning_summary_part.done", "summary_index");
        done(out, event -> reasoning(event, token, true));
        open = Open.NOTHING;
    }

    private void done(List<Event> out, Consumer<JsonOut> item) {
        JsonOut done = new JsonOut();
        item.accept(done);
        event(
                out,
                "response.output_item.done",
                event -> event.number("output_index", items.size()).raw("item", done.toString()));
        items.add(done.toString());
    }

    private String itemId() {
        String kind = switch (open) {
            case TEXT, REFUSAL -> "msg_";
            case REASONING, NOTHING -> "rs_";
            case CALL -> "fc_";
        };
        return kind + served.callId() + "_" + items.size();
    }

    private void place(JsonOut event) {
        event.text("item_id", itemId()).number("output_index", items.size());
    }

    private void logprobs(JsonOut event) {
        if (open == Open.TEXT) {
            event.openList("logprobs").closeList();
        }
    }

    private void part(List<Event> out, String type, String index) {
        event(out, type, event -> {
            place(event);
            event.number(index, 0).name("part");
            part(event);
        });
    }

    private void part(JsonOut out) {
        out.open().text("type", open.part).text(open.field, text.toString());
        if (open == Open.TEXT) {
            out.openList("annotations").closeList();
        }
        out.close();
    }

    private void message(JsonOut out, String status, boolean filled) {
        out.open().text("id", itemId()).text("type", "message").text("status", status);
        out.text("role", "assistant").openList("content");
        if (filled) {
            part(out);
        }
        out.closeList().close();
    }

    private void reasoning(JsonOut out, String token, boolean filled) {
        out.open().text("id", itemId()).text("type", "reasoning").openList("summary");
        if (filled) {
            out.open()
                    .text("type", "summary_text")
                    .text("text", text.toString())
                    .close();
        }
        out.closeList();
        if (!token.isEmpty()) {
            out.text("encrypted_content", token);
        }
        out.close();
    }

    private void call(JsonOut out, String arguments, String status) {
        out.open().text("id", itemId()).text("type", "function_call").text("status", status);
        out.text("call_id", callId).text("name", callName).text("arguments", arguments);
        out.close();
    }

    private void state(List<Event> out, String type, String status) {
        event(out, type, event -> {
            event.name("response");
            response(event, status);
        });
    }

    private void event(List<Event> out, String type, Consumer<JsonOut> rest) {
        JsonOut event = new JsonOut().open().text("type", type).number("sequence_number", events++);
        rest.accept(event);
        out.add(new Event(type, event.close().toBytes()));
    }

    @Override
    public void fail(Fault fault, List<Event> out) {
        event(out, "response.failed", event -> {
            event.open("response").text("id", id(id, served)).text("object", "response");
            event.number("created_at", served.createdSeconds()).text("status", "failed");
            event.open("error")
                    .text("code", fault.chatCode().isEmpty() ? fault.chatType() : fault.chatCode())
                    .text("message", fault.message())
                    .close();
            event.nothing("incomplete_details").text("model", model).openList("output");
            items.forEach(event::raw);
            event.closeList().nothing("usage").close();
        });
    }
}
