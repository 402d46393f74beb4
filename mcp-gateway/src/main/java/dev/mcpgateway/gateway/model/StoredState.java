package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
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
    private static final String IDEMPOTENCY_KEY = "idempotency-key";
    private static final Name STORE = Name.of("store");
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

    /**
     * Whether whoever is asked does nothing but answer, and keeps nothing of it that the agent would have to know: then it may
     * be asked of two at once. What names things that are elsewhere, such as tools that a provider runs, is not that.
     */
    static boolean leavesNothing(ModelAsk ask) {
        JsonDocument body = ask.request().body();
        int store = body.at(STORE);
        boolean says = store != JsonDocument.NONE && !body.is(store, Kind.NULL);
        boolean isStored = says ? !body.is(store, Kind.FALSE) : ask.request().api() == ModelApi.RESPONSES;
        return !isStored
                && !ask.headers().containsKey(IDEMPOTENCY_KEY)
                && AskedTokens.of(ask.request()).isWhole();
    }
}
