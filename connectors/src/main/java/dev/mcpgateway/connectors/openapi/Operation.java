package dev.mcpgateway.connectors.openapi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation that is offered as a tool.
 *
 * @param tool the tool's name
 * @param method the HTTP method
 * @param path the path below the server's own
 * @param body what the argument {@code body} becomes; {@code null} when there is none
 * @param structured whether an output schema was promised, so that answers carry structured content
 */
record Operation(
        String tool,
        String method,
        PathTemplate path,
        List<Parameter> parameters,
        @Nullable BodyForm body,
        boolean structured) {

    /** Copies the parameters. */
    Operation {
        parameters = List.copyOf(parameters);
    }
}
