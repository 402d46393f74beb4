package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one call: our own token upstream (the request's id, unique by nature), the agent's token downstream,
 * only values that grow (2026-07-28, Progress).
 */
final class ProgressRelay {
    private final long token;
    private final byte @Nullable [] agentToken;
    private double last = Double.NEGATIVE_INFINITY;

    ProgressRelay(UpstreamCall call, long token) {
        int asked = call.request().meta(McpNames.PROGRESS_TOKEN);
        JsonDocument document = call.request().document();
        boolean wanted = call.wantsProgress() && (document.is(asked, Kind.STRING) || document.is(asked, Kind.NUMBER));
        this.token = token;
        this.agentToken = wanted ? document.rawBytes(asked) : null;
    }

    /** The token to send upstream as JSON text; {@code null} when no one wants progress. */
    byte @Nullable [] upstreamToken() {
        return agentToken == null ? null : Long.toString(token).getBytes(StandardCharsets.US_ASCII);
    }

    /** The notification as the agent gets it; empty when it is for another call, does not grow, or is broken. */
    Optional<Envelope> translate(Envelope notification) {
        JsonDocument document = notification.document();
        int carried = notification.param(McpNames.PROGRESS_TOKEN);
        int progress = notification.param(McpNames.PROGRESS);
        if (agentToken == null
                || !document.is(carried, Kind.NUMBER)
                || !document.raw(carried).equals(Long.toString(token))
                || !document.is(progress, Kind.NUMBER)) {
            return Optional.empty();
        }
        double value = Double.parseDouble(document.raw(progress));
        if (!(value > last)) {
            return Optional.empty();
        }
        last = value;
        byte[] edited = new Splice(document).replace(carried, agentToken).toBytes();
        try {
            JsonLimits limits = JsonLimits.forReplies(edited.length, JsonLimits.DEPTH_DEFAULT);
            return Optional.of(Envelope.read(StrictJson.parse(edited, limits)));
        } catch (JsonRefused | NotJsonRpc refused) {
            return Optional.empty();
        }
    }
}
