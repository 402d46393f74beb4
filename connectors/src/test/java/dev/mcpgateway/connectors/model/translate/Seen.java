package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.CanonicalJson;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an agent's client makes of a reply, whole or put together from its stream. */
record Seen(String text, String thoughts, List<String> calls, List<String> state, String stop, String usage) {

    static Seen whole(ModelApi ingress, byte[] body) {
        Node reply = Node.ofReply(body);
        return switch (ingress) {
            case CHAT_COMPLETIONS ->
                chat(reply.need("choices").elements().getFirst().need("message"), reply);
            case MESSAGES -> messages(reply);
            case RESPONSES -> responses(reply);
            default -> throw new AssertionError();
        };
    }

    static Seen folded(ModelApi ingress, List<Event> events) {
        return switch (ingress) {
            case CHAT_COMPLETIONS -> chatStream(events);
            case MESSAGES -> messagesStream(events);
            case RESPONSES -> responsesStream(events);
            default -> throw new AssertionError();
        };
    }

    private static String arguments(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try {
            JsonDocument document = StrictJson.parse(bytes, JsonLimits.forReplies(Math.max(1, bytes.length), 64));
            return CanonicalJson.of(document, JsonDocument.ROOT)
                    .map(form -> new String(form, StandardCharsets.UTF_8))
                    // numbers that no double keeps are compared as they are written
                    .orElseGet(() -> json.replaceAll("\\s", ""));
        } catch (JsonRefused refused) {
            return "cut";
        }
    }

    private static Seen chat(Node message, Node reply) {
        List<String> calls = new ArrayList<>();
        List<String> state = new ArrayList<>();
        for (Node call : message.elementsOf("tool_calls")) {
            Node function = call.need("function");
            calls.add(call.need("id").text() + " " + function.need("name").text() + " "
                    + arguments(function.need("arguments").text()));
            if (call.get("extra_content") != null) {
                state.add(call.need("extra_content").raw());
            }
        }
        if (message.get("extra_content") != null) {
            state.add(message.need("extra_content").raw());
        }
        Node choice = reply.need("choices").elements().getFirst();
        return new Seen(
                message.textOf("content") + message.textOf("refusal"),
                message.textOf("reasoning_content"),
                calls,
                state,
                choice.need("finish_reason").text(),
                reply.get("usage") == null ? "" : reply.need("usage").raw());
    }

    private static Seen chatStream(List<Event> events) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        Map<Long, StringBuilder> heads = new TreeMap<>();
        Map<Long, StringBuilder> arguments = new TreeMap<>();
        List<String> state = new ArrayList<>();
        List<String> late = new ArrayList<>();
        String stop = "";
        String usage = "";
        for (Event event : events.subList(0, events.size() - 1)) {
            Node chunk = Node.ofReply(event.data());
            usage = chunk.get("usage") == null ? usage : chunk.need("usage").raw();
            for (Node choice : chunk.need("choices").elements()) {
                Node delta = choice.need("delta");
                text.append(delta.textOf("content")).append(delta.textOf("refusal"));
                thoughts.append(delta.textOf("reasoning_content"));
                for (Node call : delta.elementsOf("tool_calls")) {
                    long index = call.need("index").count();
                    Node function = call.need("function");
                    StringBuilder head = heads.computeIfAbsent(index, _ -> new StringBuilder());
                    head.append(call.textOf("id")).append(call.get("id") == null ? "" : " ");
                    head.append(function.textOf("name")).append(function.get("name") == null ? "" : " ");
                    arguments.computeIfAbsent(index, _ -> new StringBuilder()).append(function.textOf("arguments"));
                    if (call.get("extra_content") != null) {
                        state.add(call.need("extra_content").raw());
                    }
                }
                if (delta.get("extra_content") != null) {
                    late.add(delta.need("extra_content").raw());
                }
                stop += choice.textOf("finish_reason");
            }
        }
        List<String> calls = new ArrayList<>();
        heads.forEach((index, head) -> calls.add(head + arguments(String.valueOf(arguments.get(index)))));
        state.addAll(late);
        assertThatIs(new String(events.getLast().data(), StandardCharsets.UTF_8), "[DONE]");
        return new Seen(text.toString(), thoughts.toString(), calls, state, stop, usage);
    }

    private static Seen messages(Node message) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        List<String> state = new ArrayList<>();
        for (Node block : message.need("content").elements()) {
            switch (block.need("type").text()) {
                case "text" -> text.append(block.need("text").text());
                case "thinking" -> {
                    thoughts.append(block.need("thinking").text());
                    state.add(block.need("signature").text());
                }
                case "redacted_thinking" -> state.add(block.need("data").text());
                case "tool_use" ->
                    calls.add(block.need("id").text() + " " + block.need("name").text() + " "
                            + arguments(block.need("input").object()));
                default -> throw new AssertionError("unknown block");
            }
        }
        String stop = message.need("stop_reason").text() + message.textOf("stop_sequence");
        return new Seen(
                text.toString(),
                thoughts.toString(),
                calls,
                state,
                stop,
                message.need("usage").raw());
    }

    private static Seen messagesStream(List<Event> events) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        List<String> state = new ArrayList<>();
        StringBuilder pending = new StringBuilder();
        String head = "";
        String kind = "";
        String stop = "";
        String usage = "";
        long index = -1;
        boolean open = false;
        for (Event event : events) {
            Node node = Node.ofReply(event.data());
            assertThatIs(node.need("type").text(), event.type());
            switch (event.type()) {
                case "content_block_start" -> {
                    assertThatIs(Boolean.toString(open), "false");
                    open = true;
                    index++;
                    assertThatIs(Long.toString(node.need("index").count()), Long.toString(index));
                    Node block = node.need("content_block");
                    kind = block.need("type").text();
                    pending.setLength(0);
                    head = block.textOf("id") + " " + block.textOf("name") + " ";
                    if (kind.equals("redacted_thinking")) {
                        state.add(block.need("data").text());
                    }
                }
                case "content_block_delta" -> {
                    assertThatIs(Boolean.toString(open), "true");
                    Node delta = node.need("delta");
                    switch (delta.need("type").text()) {
                        case "text_delta" -> pending.append(delta.need("text").text());
                        case "thinking_delta" ->
                            thoughts.append(delta.need("thinking").text());
                        case "signature_delta" ->
                            state.add(delta.need("signature").text());
                        case "input_json_delta" ->
                            pending.append(delta.need("partial_json").text());
                        default -> throw new AssertionError("unknown delta");
                    }
                }
                case "content_block_stop" -> {
                    open = false;
                    if (kind.equals("tool_use")) {
                        calls.add(head + arguments(pending.toString()));
                    } else if (kind.equals("text")) {
                        // a block that says nothing is a mistake
                        assertThatIs(Boolean.toString(pending.isEmpty()), "false");
                        text.append(pending);
                    }
                }
                case "message_delta" -> {
                    Node delta = node.need("delta");
                    stop = delta.need("stop_reason").text() + delta.textOf("stop_sequence");
                    usage = node.need("usage").raw();
                }
                case "message_start", "message_stop" -> {}
                default -> throw new AssertionError("unknown event");
            }
        }
        assertThatIs(events.getLast().type(), "message_stop");
        // a call that the output limit cut has no arguments that an object could hold
        calls.removeIf(call -> call.endsWith(" cut"));
        return new Seen(text.toString(), thoughts.toString(), calls, state, stop, usage);
    }

    private static Seen responses(Node response) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        List<String> state = new ArrayList<>();
        for (Node item : response.need("output").elements()) {
            item(item, text, thoughts, calls, state);
        }
        return seen(response, text, thoughts, calls, state);
    }

    private static Seen seen(
            Node response, StringBuilder text, StringBuilder thoughts, List<String> calls, List<String> state) {
        Node details = response.get("incomplete_details");
        String stop = response.need("status").text() + (details == null ? "" : details.raw());
        return new Seen(
                text.toString(),
                thoughts.toString(),
                calls,
                state,
                stop,
                response.get("usage") == null ? "" : response.need("usage").raw());
    }

    private static void item(
            Node item, StringBuilder text, StringBuilder thoughts, List<String> calls, List<String> state) {
        switch (item.need("type").text()) {
            case "message" -> {
                for (Node part : item.need("content").elements()) {
                    text.append(part.textOf("text")).append(part.textOf("refusal"));
                }
            }
            case "reasoning" -> {
                item.need("summary")
                        .elements()
                        .forEach(part -> thoughts.append(part.need("text").text()));
                state.add(item.textOf("encrypted_content"));
            }
            case "function_call" ->
                calls.add(item.need("call_id").text() + " " + item.need("name").text() + " "
                        + arguments(item.need("arguments").text()));
            default -> throw new AssertionError("unknown item");
        }
    }

    /** From the deltas; the items that are given whole must say the same. */
    private static Seen responsesStream(List<Event> events) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<String> calls = new ArrayList<>();
        List<String> state = new ArrayList<>();
        StringBuilder deltas = new StringBuilder();
        StringBuilder thoughtDeltas = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        long sequence = 0;
        for (Event event : events) {
            Node node = Node.ofReply(event.data());
            assertThatIs(node.need("type").text(), event.type());
            assertThatIs(Long.toString(node.need("sequence_number").count()), Long.toString(sequence++));
            switch (event.type()) {
                case "response.output_text.delta", "response.refusal.delta" ->
                    deltas.append(node.need("delta").text());
                case "response.reasoning_summary_text.delta" ->
                    thoughtDeltas.append(node.need("delta").text());
                case "response.function_call_arguments.delta" ->
                    arguments.append(node.need("delta").text());
                case "response.function_call_arguments.done" -> {
                    assertThatIs(node.need("arguments").text(), arguments.toString());
                    arguments.setLength(0);
                }
                case "response.output_item.done" -> item(node.need("item"), text, thoughts, calls, state);
                default -> {}
            }
        }
        assertThatIs(deltas.toString(), text.toString());
        assertThatIs(thoughtDeltas.toString(), thoughts.toString());
        Node last = Node.ofReply(events.getLast().data()).need("response");
        Seen seen = seen(last, text, thoughts, calls, state);
        assertThatIs(responses(last).toString(), seen.toString());
        return seen;
    }

    private static void assertThatIs(String actual, String expected) {
        org.assertj.core.api.Assertions.assertThat(actual).isEqualTo(expected);
    }
}
