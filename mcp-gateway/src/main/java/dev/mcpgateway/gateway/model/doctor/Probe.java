package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.connectors.model.BadModelRequest;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Routing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * One call that is made to see what comes of it.
 *
 * @param alias what agents name
 * @param target who is asked and nobody else; of a probe of the route the first that the file names, whoever is asked
 * @param kind what the target's provider is
 * @param api in whose words it asks
 */
public record Probe(String alias, Models.Target target, ProviderKind kind, ModelApi api, Way way) {
    /** Most tokens that an answer to a probe may have. */
    static final long OUTPUT_TOKENS = 32;

    private static final int BODY_BYTES_MAX = 4096;
    private static final int BODY_DEPTH_MAX = 8;

    /** How it is made. */
    public enum Way {
        /** As an agent's call: where the alias leads. */
        ROUTE,
        /** To one target, with a whole answer. */
        WHOLE,
        /** To one target, with a stream. */
        STREAMED,
        /** To one target of embeddings. */
        EMBEDDINGS;

        /** As orders and reports spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Every probe of an alias, in the order of its targets: of the route first, and of embeddings last. */
    static List<Probe> all(String alias, Models models) {
        List<Models.Target> targets =
                Objects.requireNonNull(models.aliases().get(alias), alias).targets();
        List<Probe> probes = new ArrayList<>();
        for (Models.Target target : targets) {
            ProviderKind kind = provider(target, models).kind();
            ModelApi api = api(provider(target, models), target);
            if (probes.isEmpty()) {
                probes.add(new Probe(alias, target, kind, api, Way.ROUTE));
            }
            probes.add(new Probe(alias, target, kind, api, Way.WHOLE));
            if (target.capabilities().contains(Models.Capability.STREAMING)) {
                probes.add(new Probe(alias, target, kind, api, Way.STREAMED));
            }
        }
        for (Models.Target target : targets) {
            ProviderKind kind = provider(target, models).kind();
            if (kind.protocol() == ModelProtocol.OPENAI) {
                probes.add(new Probe(alias, target, kind, ModelApi.EMBEDDINGS, Way.EMBEDDINGS));
            }
        }
        return probes;
    }

    private static Models.Provider provider(Models.Target target, Models models) {
        return Objects.requireNonNull(models.providers().get(target.provider()), target.provider());
    }

    /** The provider's own, so that nothing is translated that need not be; no agent speaks Converse. */
    private static ModelApi api(Models.Provider provider, Models.Target target) {
        ModelApi own = provider.translation(target.model()).upstream();
        return own == ModelApi.CONVERSE ? ModelApi.CHAT_COMPLETIONS : own;
    }

    boolean isOfRoute() {
        return way == Way.ROUTE;
    }

    /** Most attempts that it may take: nobody stands in for a single target. */
    int attemptsMax(Routing routing) {
        return isOfRoute() ? routing.attemptsMax() : Math.min(routing.attemptsMax(), 1 + routing.retriesMax());
    }

    /** The request, in the words of the provider's own protocol: nothing is to be translated that need not be. */
    ModelRequest request(String mark) {
        String text = quoted("This tests a connection. Answer with this word and nothing else: " + mark);
        boolean streamed = way == Way.STREAMED;
        String messages =
                "\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]" + (streamed ? ",\"stream\":true" : "");
        try {
            return switch (api) {
                case EMBEDDINGS -> read("{\"model\":" + quoted(alias) + ",\"input\":" + text + "}");
                case MESSAGES ->
                    read("{\"model\":" + quoted(alias) + ",\"max_tokens\":" + OUTPUT_TOKENS + "," + messages + "}");
                case GENERATE_CONTENT ->
                    ModelRequest.ofPath(
                            api,
                            StrictJson.parse(
                                    bytes("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":" + text
                                            + "}]}],\"generationConfig\":{\"maxOutputTokens\":" + OUTPUT_TOKENS + "}}"),
                                    limits()),
                            alias,
                            streamed);
                // servers of one's own do not all know the newer name, and OpenAI's newer models refuse the older one
                case CHAT_COMPLETIONS, RESPONSES, COUNT_TOKENS, CONVERSE ->
                    read("{\"model\":" + quoted(alias)
                            + (kind == ProviderKind.OPENAI_COMPATIBLE
                                    ? ",\"max_tokens\":"
                                    : ",\"max_completion_tokens\":")
                            + OUTPUT_TOKENS + "," + messages + "}");
            };
        } catch (JsonRefused | BadModelRequest bug) {
            throw new IllegalStateException("the gateway's own probe is not valid", bug);
        }
    }

    private ModelRequest read(String body) throws JsonRefused, BadModelRequest {
        return ModelRequest.read(api, StrictJson.parse(bytes(body), limits()));
    }

    private static JsonLimits limits() {
        return JsonLimits.forRequests(BODY_BYTES_MAX, BODY_DEPTH_MAX);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return isOfRoute()
                ? alias + " by its route"
                : alias + " at " + target.provider() + "/" + target.model() + ", " + way.word();
    }
}
