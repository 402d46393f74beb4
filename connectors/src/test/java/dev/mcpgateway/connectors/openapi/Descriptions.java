package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.mcp.Bench;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Small descriptions for tests, and what becomes of them. */
final class Descriptions {
    private Descriptions() {}

    /** A description of 3.0 in YAML whose paths, and other sections, are given. */
    static String yaml(String rest) {
        return "openapi: 3.0.3\ninfo: {title: t, version: 1.0.0}\nservers: [{url: 'https://api.example.com/v1'}]\n"
                + rest;
    }

    /** A description of 3.1 in YAML. */
    static String newYaml(String rest) {
        return yaml(rest).replace("3.0.3", "3.1.0");
    }

    static Description read(String text) throws DescriptionRefused {
        return Description.read(text.getBytes(StandardCharsets.UTF_8));
    }

    static Operations.Tools tools(String text) throws DescriptionRefused {
        return Operations.read(read(text), new Selection(List.of(), List.of(), true), true, Set.of());
    }

    /** The only tool's definition. */
    static String definition(String text) throws DescriptionRefused {
        Operations.Tools tools = tools(text);
        if (tools.definitions().size() != 1) {
            throw new AssertionError("not one tool, but " + tools);
        }
        return new String(tools.definitions().getFirst().rawBytes(), StandardCharsets.UTF_8);
    }

    /** The operation {@code op}. */
    static Operation op(Operations.Tools tools) {
        Operation operation = tools.operations().get("op");
        if (operation == null) {
            throw new AssertionError(tools.problems());
        }
        return operation;
    }

    /** One operation {@code op} with this method and path, and these parameters in YAML flow form. */
    static Operation operation(String method, String path, String parameters) throws DescriptionRefused {
        Operations.Tools tools = tools(yaml("paths:\n  " + path + ":\n    " + method
                + ":\n      operationId: op\n      parameters: " + parameters + "\n"));
        if (!tools.problems().isEmpty()) {
            throw new AssertionError(tools.problems());
        }
        return op(tools);
    }

    /** The request for arguments given as JSON. */
    static RequestBuilder.Request request(RequestBuilder builder, Operation operation, String arguments)
            throws ArgumentRefused {
        Envelope call = Bench.legacyRequest("op", arguments);
        return builder.build(operation, call.document(), call.param(McpNames.ARGUMENTS));
    }
}
