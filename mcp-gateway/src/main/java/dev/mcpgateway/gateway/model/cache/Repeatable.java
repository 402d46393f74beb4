package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.ModelCaches.Kept;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Which requests may be answered once for all times that they are asked. */
final class Repeatable {
    private static final Set<ModelApi> APIS =
            EnumSet.of(ModelApi.CHAT_COMPLETIONS, ModelApi.RESPONSES, ModelApi.MESSAGES, ModelApi.EMBEDDINGS);

    private static final Name TEMPERATURE = Name.of("temperature");
    private static final Name STORE = Name.of("store");

    /** Members that make a provider remember something, or go on from what it remembers. */
    private static final List<Name> STATE =
            names("previous_response_id", "conversation", "background", "prompt", "container");

    /** Members by which a model acts, or learns what the request does not say. */
    private static final List<Name> TOOLS =
            names("tools", "functions", "mcp_servers", "web_search_options", "data_sources");

    private Repeatable() {}

    private static List<Name> names(String... names) {
        return List.of(names).stream().map(Name::of).toList();
    }

    /** Whether answers of this kind are ever kept. */
    static boolean isKnown(ModelApi api) {
        return APIS.contains(api);
    }

    static boolean is(ModelRequest request, Kept kept) {
        JsonDocument body = request.body();
        return STATE.stream().noneMatch(name -> asksFor(body, body.at(name)))
                && !isStored(request)
                && (kept.tools() || TOOLS.stream().noneMatch(name -> asksFor(body, body.at(name))))
                && (kept.anyTemperature() || request.api() == ModelApi.EMBEDDINGS || isCold(body));
    }

    /** What is left out is stored by the Responses API, and not by the others. */
    private static boolean isStored(ModelRequest request) {
        int store = request.body().at(STORE);
        return request.api() == ModelApi.RESPONSES
                ? !request.body().is(store, Kind.FALSE)
                : asksFor(request.body(), store);
    }

    private static boolean asksFor(JsonDocument body, int node) {
        return node != JsonDocument.NONE
                && switch (body.kind(node)) {
                    case NULL, FALSE -> false;
                    case ARRAY -> body.first(node) != JsonDocument.NONE;
                    case OBJECT, STRING, NUMBER, TRUE -> true;
                };
    }

    private static boolean isCold(JsonDocument body) {
        int temperature = body.at(TEMPERATURE);
        try {
            return body.is(temperature, Kind.NUMBER) && new BigDecimal(body.raw(temperature)).signum() == 0;
        } catch (NumberFormatException exponent) {
            return false;
        }
    }
}
