package dev.mcpgateway.samples.servers;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tool in the form that the MCP Java SDK takes.
 *
 * @param name its name
 * @param effect what a client may assume about it
 * @param description for the model
 * @param inputSchema JSON Schema of the arguments in source form; the SDK checks calls against it
 * @param body runs a call
 */
record SdkTool(String name, Effect effect, String description, String inputSchema, Body body) {
    /** Reads and writes JSON for the SDK. */
    static final McpJsonMapper JSON =
            new JacksonMcpJsonMapper(JsonMapper.builder().build());

    /** What a call does to the world. */
    enum Effect {
        READS,
        WRITES,
        DESTROYS
    }

    /** The code of a tool. */
    @FunctionalInterface
    interface Body {
        /**
         * Does the work on checked arguments.
         *
         * @return the text of the result
         * @throws ToolFailed when the model should know what went wrong
         */
        String run(Map<String, Object> arguments) throws ToolFailed;
    }

    /** The text of an argument that the schema requires. */
    static String text(Map<String, Object> arguments, String name) {
        return String.valueOf(arguments.get(name));
    }

    SyncToolSpecification specification() {
        ToolAnnotations annotations = ToolAnnotations.builder()
                .readOnlyHint(effect == Effect.READS)
                .destructiveHint(effect == Effect.DESTROYS)
                .openWorldHint(false)
                .build();
        Tool tool = Tool.builder(name, JSON, inputSchema)
                .description(description)
                .annotations(annotations)
                .build();
        return new SyncToolSpecification(tool, (exchange, request) -> call(request.arguments()));
    }

    private CallToolResult call(Map<String, Object> arguments) {
        CallToolResult.Builder result = CallToolResult.builder();
        try {
            return result.addTextContent(body.run(arguments)).isError(false).build();
        } catch (ToolFailed failed) {
            return result.addTextContent(failed.text()).isError(true).build();
        }
    }
}
