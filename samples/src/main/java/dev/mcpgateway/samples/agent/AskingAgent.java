package dev.mcpgateway.samples.agent;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small agent: it asks a model, does with tools what the model wants, and asks again until the model has an answer. Model
 * and tools are behind one gateway, with one token, and everything is in one trace.
 */
public final class AskingAgent {
    private static final String USAGE = """
            Usage: ask --gateway URL --token-file FILE --model NAME --question TEXT
              --gateway     the gateway's MCP endpoint; its models are at the same origin
              --token-file  file with an access token for both
              --model       a model's name at the gateway
            Prints a line for each request, the answer, and TRACE with the trace id.""";

    /** Most rounds of one question; a model that wants tools for ever gets no more. */
    private static final int ROUNDS_MAX = 5;

    private static final int LINE_CHARS_MAX = 150;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ModelClient models;
    private final McpClient tools;
    private final String model;
    private final Trace trace = Trace.begin();

    private AskingAgent(ModelClient models, McpClient tools, String model) {
        this.models = models;
        this.tools = tools;
        this.model = model;
    }

    /** Asks one question; see the usage text for the options. Ends with 1 when there is no answer. */
    public static void main(String... args) throws InterruptedException {
        try {
            Arguments arguments = Arguments.of(args);
            URI url = URI.create(arguments.text("gateway").orElse(""));
            Path tokenFile = arguments.requiredPath("token-file");
            String model = arguments.text("model").orElse("");
            String question = arguments.text("question").orElse("");
            arguments.done();
            String token = Files.readString(tokenFile).strip();
            try (ModelClient models = new ModelClient(url, token);
                    McpClient tools = new McpClient(url, token)) {
                System.exit(new AskingAgent(models, tools, model).answered(question) ? 0 : Launch.EXIT_FAILED);
            }
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "the gateway cannot be reached: " + Launch.reason(e));
        }
    }

    private boolean answered(String question) throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode().put("model", model);
        ArrayNode messages = request.putArray("messages");
        messages.addObject().put("role", "user").put("content", question);
        request.set("tools", offered());
        for (int round = 0; round < ROUNDS_MAX; round++) {
            ModelClient.Answer answer = models.complete(request, trace);
            JsonNode message = answer.message();
            JsonNode calls = message.path("tool_calls");
            if (message.isMissingNode() || calls.isEmpty()) {
                show(
                        "model: answer",
                        message.path("content").asString(answer.body().toString()));
                System.out.println("TRACE " + trace.id());
                return !message.isMissingNode();
            }
            messages.add(message);
            show("model: wants tools", String.valueOf(calls.size()));
            for (JsonNode call : calls) {
                messages.addObject()
                        .put("role", "tool")
                        .put("tool_call_id", call.path("id").asString(""))
                        .put("content", result(call.path("function")));
            }
        }
        return false;
    }

    /** What this agent may call, as a model wants to be told of it. */
    private ArrayNode offered() throws IOException, InterruptedException {
        ArrayNode offered = JSON.createArrayNode();
        for (JsonNode tool : tools.listTools(trace).body().path("result").path("tools")) {
            ObjectNode function = offered.addObject().put("type", "function").putObject("function");
            function.put("name", tool.path("name").asString(""));
            function.put("description", tool.path("description").asString(""));
            function.set("parameters", tool.path("inputSchema"));
        }
        return offered;
    }

    /** A refusal is the model's to read, too: it may find another way. */
    private String result(JsonNode function) throws IOException, InterruptedException {
        String name = function.path("name").asString("");
        ObjectNode arguments =
                (ObjectNode) JSON.readTree(function.path("arguments").asString("{}"));
        McpClient.Answer answer = tools.callTool(name, arguments, trace);
        String text = answer.errorCode() == 0
                ? answer.text()
                : answer.body().path("error").path("message").asString("");
        show("tool:  " + name, arguments + " -> " + text);
        return text;
    }

    private static void show(String step, String what) {
        String line = what.replaceAll("\\s+", " ");
        String cut = line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) + " …" : line;
        System.out.printf("%-28s %s%n", step, cut);
    }
}
