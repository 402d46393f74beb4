package dev.mcpgateway.samples.agent;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.launch.LogConfiguration;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.jackson3.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CompleteRequest;
import io.modelcontextprotocol.spec.McpSchema.CompleteRequest.CompleteArgument;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageRequest;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitFormRequest;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.LoggingLevel;
import io.modelcontextprotocol.spec.McpSchema.PromptReference;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The MCP Java SDK's client, told what to do on standard input: one JSON object {@code {"method", "params"}} per line. Each
 * is answered by one line on standard output, {@code {"result"}} or {@code {"error"}}. It fills in the first field of every
 * form that a server asks for, and answers every sampling request with the same text.
 */
public final class SdkAgent {
    private static final String USAGE = """
            Usage: sdk-agent --server URL [--token-file FILE]
              --server      an MCP endpoint
              --token-file  file with an access token for it""";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final McpJsonMapper MCP_JSON = new JacksonMcpJsonMapper(JSON);

    private final McpSyncClient client;

    private SdkAgent(McpSyncClient client) {
        this.client = client;
    }

    /** Runs until standard input ends; see the usage text for the options. */
    public static void main(String... args) {
        LogConfiguration.toStandardError();
        PrintStream answers = System.out;
        // whatever prints in this process, it cannot break the answers
        System.setOut(System.err);
        try {
            Arguments arguments = Arguments.of(args);
            URI server = URI.create(arguments.text("server").orElse(""));
            Optional<Path> tokenFile = arguments.text("token-file").map(Path::of);
            arguments.done();
            Optional<String> token = tokenFile.isPresent()
                    ? Optional.of(Files.readString(tokenFile.get()).strip())
                    : Optional.empty();
            try (McpSyncClient client = client(server, token)) {
                client.initialize();
                new SdkAgent(client).run(answers);
            }
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "could not run: " + Launch.reason(e));
        }
    }

    private static McpSyncClient client(URI server, Optional<String> token) {
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        server.resolve("/").toString())
                .endpoint(server.getPath())
                .jsonMapper(MCP_JSON)
                .addHttpRequestCustomizer((request, method, url, body, context) ->
                        token.ifPresent(value -> request.header("Authorization", "Bearer " + value)))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(TIMEOUT)
                .capabilities(
                        ClientCapabilities.builder().elicitation().sampling().build())
                .elicitation(SdkAgent::filledIn)
                .sampling(SdkAgent::sampled)
                .jsonSchemaValidator(new DefaultJsonSchemaValidator())
                .build();
    }

    private static ElicitResult filledIn(ElicitFormRequest request) {
        JsonNode schema = JSON.valueToTree(request.requestedSchema());
        String field = schema.path("properties").propertyNames().iterator().next();
        return new ElicitResult(ElicitResult.Action.ACCEPT, Map.of(field, "my " + field));
    }

    private static CreateMessageResult sampled(CreateMessageRequest request) {
        return CreateMessageResult.builder(
                        Role.ASSISTANT, TextContent.builder("roses are red").build(), "none")
                .build();
    }

    private void run(PrintStream answers) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            answers.println(answer(JSON.readTree(line)));
        }
    }

    private String answer(JsonNode command) throws IOException {
        JsonNode params = command.path("params");
        try {
            return "{\"result\":"
                    + MCP_JSON.writeValueAsString(result(command.path("method").asString(), params)) + "}";
        } catch (McpError | IllegalStateException refused) {
            // the latter: the client itself refuses what the server did not declare
            return JSON.writeValueAsString(Map.of("error", String.valueOf(refused.getMessage())));
        }
    }

    private Object result(String method, JsonNode params) {
        return switch (method) {
            case "tools/list" -> client.listTools();
            case "tools/call" ->
                client.callTool(CallToolRequest.builder(text(params, "name"))
                        .arguments(values(params.path("arguments")))
                        .build());
            case "prompts/list" -> client.listPrompts();
            case "prompts/get" ->
                client.getPrompt(GetPromptRequest.builder(text(params, "name"))
                        .arguments(values(params.path("arguments")))
                        .build());
            case "resources/list" -> client.listResources();
            case "resources/templates/list" -> client.listResourceTemplates();
            case "resources/read" ->
                client.readResource(
                        ReadResourceRequest.builder(text(params, "uri")).build());
            case "completion/complete" ->
                client.completeCompletion(CompleteRequest.builder(
                                new PromptReference(text(params, "prompt")),
                                new CompleteArgument(text(params, "argument"), text(params, "value")))
                        .build());
            case "logging/setLevel" -> {
                client.setLoggingLevel(
                        LoggingLevel.valueOf(text(params, "level").toUpperCase(Locale.ROOT)));
                yield Map.of();
            }
            case "ping" -> client.ping();
            default -> throw new IllegalArgumentException("unknown method " + method);
        };
    }

    private static String text(JsonNode params, String member) {
        return params.path(member).asString();
    }

    @SuppressWarnings("unchecked") // a JSON object is such a map
    private static Map<String, Object> values(JsonNode object) {
        return object.isObject() ? JSON.convertValue(object, Map.class) : Map.of();
    }
}
