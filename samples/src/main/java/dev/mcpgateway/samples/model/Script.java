package dev.mcpgateway.samples.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the model says. To a question that names a customer or an invoice it answers with calls of those offered tools whose
 * names fit; to results of tools with their first lines.
 */
final class Script {
    private static final String NAME = "scripted-1";
    private static final Pattern CUSTOMER = Pattern.compile("C-[0-9]{4}");
    private static final Pattern TOPIC = Pattern.compile("(?i)invoice|export|login");
    private static final JsonMapper JSON = JsonMapper.shared();

    /** A model counts in tokens; this one has no other unit than four characters. */
    private static final int CHARS_PER_TOKEN = 4;

    private Script() {}

    static ObjectNode models() {
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        list.putArray("data").addObject().put("id", NAME).put("object", "model");
        return list;
    }

    /** The answer as the events of a stream: the message, why it ended, the counts where they are asked for, and the last one. */
    static String events(JsonNode asked) {
        ObjectNode chunk = answer(asked).put("object", "chat.completion.chunk");
        JsonNode usage = chunk.remove("usage");
        ObjectNode choice = (ObjectNode) chunk.path("choices").path(0);
        JsonNode reason = choice.get("finish_reason");
        ObjectNode message = (ObjectNode) choice.remove("message");
        int index = 0;
        for (JsonNode call : message.path("tool_calls")) {
            ((ObjectNode) call).put("index", index++);
        }
        choice.putNull("finish_reason").set("delta", message);
        String events = event(chunk);
        choice.set("finish_reason", reason);
        choice.putObject("delta");
        events += event(chunk);
        if (asked.at("/stream_options/include_usage").asBoolean(false)) {
            chunk.set("usage", usage);
            chunk.putArray("choices");
            events += event(chunk);
        }
        return events + "data: [DONE]\n\n";
    }

    private static String event(ObjectNode chunk) {
        return "data: " + chunk + "\n\n";
    }

    static ObjectNode answer(JsonNode asked) {
        ObjectNode message = JSON.createObjectNode().put("role", "assistant");
        ArrayNode calls = JSON.createArrayNode();
        String results = results(asked);
        if (results.isEmpty()) {
            call(calls, asked, "get_customer", "customer_id", CUSTOMER);
            call(calls, asked, "search_tickets", "query", TOPIC);
        }
        if (calls.isEmpty()) {
            message.put("content", results.isEmpty() ? "I have no tool for this." : "The tools say: " + results);
        } else {
            message.putNull("content").set("tool_calls", calls);
        }
        return completion(asked, message, calls.isEmpty() ? "stop" : "tool_calls");
    }

    /** The first line of each result, those of earlier questions aside. */
    private static String results(JsonNode asked) {
        StringBuilder lines = new StringBuilder();
        for (JsonNode message : asked.path("messages")) {
            if (message.path("role").asString("").equals("user")) {
                lines.setLength(0);
            } else if (message.path("role").asString("").equals("tool")) {
                lines.append(lines.isEmpty() ? "" : " | ")
                        .append(message.path("content")
                                .asString("")
                                .lines()
                                .limit(2)
                                .reduce((a, b) -> a + " " + b)
                                .orElse(""));
            }
        }
        return lines.toString();
    }

    /** Calls the tool with the word that the question has for it, if it is offered and there is one. */
    private static void call(ArrayNode calls, JsonNode asked, String tool, String argument, Pattern word) {
        Matcher found = word.matcher(question(asked));
        for (JsonNode offered : asked.path("tools")) {
            String name = offered.path("function").path("name").asString("");
            if (name.endsWith(tool) && found.find()) {
                ObjectNode call =
                        calls.addObject().put("id", "call_" + calls.size()).put("type", "function");
                call.putObject("function")
                        .put("name", name)
                        .put(
                                "arguments",
                                JSON.createObjectNode()
                                        .put(argument, found.group())
                                        .toString());
            }
        }
    }

    private static String question(JsonNode asked) {
        String question = "";
        for (JsonNode message : asked.path("messages")) {
            if (message.path("role").asString("").equals("user")) {
                question = message.path("content").asString("");
            }
        }
        return question;
    }

    private static ObjectNode completion(JsonNode asked, ObjectNode message, String finish) {
        int input = asked.toString().length() / CHARS_PER_TOKEN;
        int output = message.toString().length() / CHARS_PER_TOKEN;
        ObjectNode completion = JSON.createObjectNode()
                .put("id", "chatcmpl-scripted")
                .put("object", "chat.completion")
                .put("created", 0)
                .put("model", NAME);
        completion
                .putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", finish)
                .set("message", message);
        completion
                .putObject("usage")
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        return completion;
    }
}
