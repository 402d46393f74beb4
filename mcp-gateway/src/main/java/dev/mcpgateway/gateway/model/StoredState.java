package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.util.List;

/** Requests that begin or go on with something that a provider keeps. */
final class StoredState {
    private static final Name BACKGROUND = Name.of("background");
    private static final List<Name> KEPT = List.of(
            Name.of("previous_response_id"),
            Name.of("conversation"),
            Name.of("prompt"),
            Name.of("container"),
            Name.of("cachedContent"),
            Name.of("cached_content"));

    private StoredState() {}

    /**
     * Refuses what nobody could account for, and what only one provider knows where another one may be asked.
     *
     * @throws Refused if it is that
     */
    static void require(ModelRequest request, Plan plan) {
        JsonDocument body = request.body();
        if (body.is(body.at(BACKGROUND), Kind.TRUE)) {
            throw new Refused(Refusal.saying(
                    Reason.NO_MODEL_FITS, "'background' is not served: its answer could not be fetched here"));
        }
        if (plan.targets().size() + plan.skips().size() > 1) {
            for (Name each : KEPT) {
                int kept = body.at(each);
                if (kept != JsonDocument.NONE && !body.is(kept, Kind.NULL)) {
                    throw new Refused(Refusal.saying(
                            Reason.NO_MODEL_FITS,
                            "'" + each.text() + "' needs a model that one provider alone serves"));
                }
            }
        }
    }
}
