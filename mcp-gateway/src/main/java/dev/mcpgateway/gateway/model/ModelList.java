package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The models that a caller may call, by the decision that guards the calls. What providers offer beyond is not told. */
final class ModelList {
    /** Aliases have no date; both protocols want one. */
    private static final String SINCE = "1970-01-01T00:00:00Z";

    private final Supplier<Policy> policies;
    private final ModelTable models;
    private final Safety safety;
    private final ModelRecords records;
    private final ModelAnswers answers;
    private final InstantSource clock;

    ModelList(
            Supplier<Policy> policies,
            ModelTable models,
            Safety safety,
            ModelRecords records,
            ModelAnswers answers,
            InstantSource clock) {
        this.policies = policies;
        this.models = models;
        this.safety = safety;
        this.records = records;
        this.answers = answers;
        this.clock = clock;
    }

    /** All of them. */
    void all(Exchange exchange, Caller caller, ModelProtocol protocol) {
        Policy policy = policies.get();
        List<FeatureName> shown = callable(policy, caller, protocol);
        records.listed(exchange, caller, shown, policy.hash());
        answers.own(
                exchange,
                bytes(
                        switch (protocol) {
                            case OPENAI -> "{\"object\":\"list\",\"data\":[" + entries(shown, protocol) + "]}";
                            case ANTHROPIC ->
                                "{\"data\":[" + entries(shown, protocol) + "],\"has_more\":false,\"first_id\":"
                                        + id(shown.isEmpty() ? null : shown.getFirst()) + ",\"last_id\":"
                                        + id(shown.isEmpty() ? null : shown.getLast()) + "}";
                            case GEMINI -> "{\"models\":[" + entries(shown, protocol) + "]}";
                            case CONVERSE -> throw new IllegalArgumentException("no agent speaks it");
                        }));
    }

    /** One of them. */
    void one(Exchange exchange, Caller caller, ModelProtocol protocol, String alias) {
        Policy policy = policies.get();
        FeatureName model = callable(policy, caller, protocol).stream()
                .filter(each -> each.own().equals(alias))
                .findFirst()
                .orElseThrow(() -> new Refused(Reason.UNKNOWN_MODEL));
        records.listed(exchange, caller, List.of(model), policy.hash());
        answers.own(exchange, bytes(entry(model, protocol)));
    }

    /** Agents of the other protocols may call every model; Gemini's only those of its own provider. */
    private List<FeatureName> callable(Policy policy, Caller caller, ModelProtocol protocol) {
        Instant now = clock.instant();
        return models.names().stream()
                .filter(model -> protocol != ModelProtocol.GEMINI || isGemini(model))
                .filter(model -> safety.serves(model.own()))
                .filter(model -> policy.decideModel(caller.subject(), model, now) instanceof Decision.Allow)
                .toList();
    }

    private boolean isGemini(FeatureName model) {
        return models.serves(model.own(), ModelApi.GENERATE_CONTENT);
    }

    private static String entries(List<FeatureName> shown, ModelProtocol protocol) {
        return shown.stream().map(model -> entry(model, protocol)).collect(Collectors.joining(","));
    }

    private static String entry(FeatureName model, ModelProtocol protocol) {
        return switch (protocol) {
            case OPENAI -> "{\"id\":" + id(model) + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"mcp-gateway\"}";
            case ANTHROPIC ->
                "{\"type\":\"model\",\"id\":" + id(model) + ",\"display_name\":" + id(model) + ",\"created_at\":\""
                        + SINCE + "\"}";
            case GEMINI ->
                "{\"name\":" + quoted("models/" + model.own()) + ",\"displayName\":" + id(model)
                        + ",\"supportedGenerationMethods\":[\"generateContent\"]}";
            case CONVERSE -> throw new IllegalArgumentException("no agent speaks it");
        };
    }

    private static String id(@Nullable FeatureName model) {
        return model == null ? "null" : quoted(model.own());
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
