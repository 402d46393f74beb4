package dev.mcpgateway.connectors.openapi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation that is offered as a tool.
 *
 * @param tool the tool's name
 * @param method the HTTP method
 * @param path the path below the server's own
 * @param rivals paths of other operations that arguments could make of it, and must not
 * @param body what the argument {@code body} becomes; {@code null} when there is none
 * @param structured whether an output schema was promised, so that answers carry structured content
 */
record Operation(
        String tool,
        String method,
        PathTemplate path,
        List<PathTemplate> rivals,
        List<Parameter> parameters,
        @Nullable BodyForm body,
        boolean structured) {

    /** Copies the lists. */
    Operation {
        rivals = List.copyOf(rivals);
        parameters = List.copyOf(parameters);
    }

    /** The same among others. */
    Operation among(List<PathTemplate> others) {
        List<PathTemplate> all =
                others.stream().filter(other -> other.isRivalOf(path)).toList();
        return new Operation(tool, method, path, all, parameters, body, structured);
    }
}
