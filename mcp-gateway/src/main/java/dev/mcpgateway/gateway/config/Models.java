package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.model.BedrockApi;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.model.translate.Translation;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The language models that are served; without this section none is, and no path of theirs exists.
 *
 * @param audience what tokens for models must be made for; {@code null} for the public URL and {@code /v1}
 * @param requestBytes most bytes of a request
 * @param replyBytes most bytes of a whole answer
 * @param streamBytes most bytes of a streamed one
 * @param providers who is asked, by name
 * @param aliases what agents name, and who serves it
 * @param money prices and budgets; without them nothing is counted
 * @param caches whose answers are kept
 * @param routing how failures of providers are met
 * @param incident what is prepared for incidents
 * @param keptIds who may name what a provider keeps, by its name; of others each caller its own
 * @param judge who judges answers; empty for nobody
 * @param content whose requests and answers are kept; empty for nobody's
 * @param observe whose calls are not held to their rules for a while; empty for nobody's
 * @param doctor what probes may cost; empty where nothing is probed
 */
public record Models(
        @Nullable URI audience,
        int requestBytes,
        int replyBytes,
        long streamBytes,
        Map<String, Provider> providers,
        Map<String, Alias> aliases,
        Optional<MoneySettings> money,
        ModelCaches caches,
        Routing routing,
        Incident incident,
        Map<String, KeptIds> keptIds,
        Optional<JudgeSettings> judge,
        Optional<ContentSettings> content,
        Optional<Observe> observe,
        Optional<DoctorSettings> doctor) {
    /** What keys call the place where models are, beside the names of views. */
    public static final String VIEW = "models";

    /** Keeps the order of the file. */
    public Models {
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        keptIds = Map.copyOf(keptIds);
    }

    /** Where those are who serve models, as far as that is said. */
    public Set<String> places() {
        return aliases.values().stream()
                .flatMap(alias -> alias.targets().stream())
                .map(Target::residency)
                .filter(place -> !place.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A provider.
     *
     * @param baseUrl what the paths of its protocol are below
     * @param apiVersion of Azure's older paths; empty for all others
     * @param credential nothing or a static header
     * @param allowNetworks networks in which the host may be, beyond public addresses
     * @param connectTimeout longest wait for a connection
     * @param firstEventTimeout longest wait for the first event of a stream
     * @param idleTimeout longest silence between two events
     * @param totalTimeout longest duration of a call
     * @param concurrentCalls most calls at once
     * @param includeUsage whether streams of Chat Completions ask for their usage
     * @param betas values of beta headers that are passed on
     * @param translation of requests in protocols that it does not speak; Bedrock's, of Anthropic's models
     * @param api how Bedrock is asked for all its models; empty for what their ids say
     * @param residency where it keeps and works on what it is sent; empty for unknown
     */
    public record Provider(
            String name,
            ProviderKind kind,
            URI baseUrl,
            String apiVersion,
            Credential credential,
            List<String> allowNetworks,
            Duration connectTimeout,
            Duration firstEventTimeout,
            Duration idleTimeout,
            Duration totalTimeout,
            int concurrentCalls,
            boolean includeUsage,
            Set<String> betas,
            Translation translation,
            Optional<BedrockApi> api,
            String residency) {
        /** Copies the collections. */
        public Provider {
            allowNetworks = List.copyOf(allowNetworks);
            betas = Set.copyOf(betas);
        }

        /** How Bedrock is asked for one of its models; a model of which that is not known is a problem of the configuration. */
        public BedrockApi bedrock(String model) {
            return api.or(() -> BedrockApi.of(model)).orElse(BedrockApi.INVOKE_MODEL);
        }

        /** How requests in protocols that it does not speak are brought to one of its models. */
        public Translation translation(String model) {
            boolean converses = kind == ProviderKind.BEDROCK && bedrock(model) == BedrockApi.CONVERSE;
            return converses ? translation.overConverse(model) : translation;
        }
    }

    /**
     * A model as agents name it.
     *
     * @param tiers who serves it: the next tier is asked when all of the one before failed
     * @param strategy who of a tier is asked first
     * @param sticky whether calls of one conversation go to the same target of a weighted tier
     * @param totalTimeout longest duration of a call with all its attempts; empty for what the providers allow
     * @param hedge how long an attempt may be without content before another target is asked beside it; empty for none
     * @param rules where calls of one kind go instead
     */
    public record Alias(
            List<Tier> tiers,
            Strategy strategy,
            boolean sticky,
            Optional<Duration> totalTimeout,
            Optional<Duration> hedge,
            List<RouteRule> rules) {
        /** Copies the lists. */
        public Alias {
            tiers = List.copyOf(tiers);
            rules = List.copyOf(rules);
        }

        /** All who may serve it, in the order of the file. */
        public List<Target> targets() {
            return tiers.stream().flatMap(tier -> tier.targets().stream()).toList();
        }
    }

    /**
     * Targets among which the strategy chooses.
     *
     * @param targets at least one
     */
    public record Tier(List<Target> targets) {
        /** Copies the list. */
        public Tier {
            targets = List.copyOf(targets);
        }
    }

    /** Who of a tier is asked first. */
    public enum Strategy {
        /** As written. */
        ORDERED,
        /** By weights. */
        WEIGHTED,
        /** The quicker one of two that are drawn. */
        LATENCY,
        /** Who failed least of late. */
        SUCCESS,
        /** The cheapest for the call, by the price table; of equals by weights. */
        COST
    }

    /** What a target can do that not every model can. */
    public enum Capability {
        /** Tools are offered to the model. */
        TOOLS,
        /** Pictures are among the input. */
        VISION,
        /** The answer is to fit a JSON schema. */
        SCHEMA,
        /** The answer is asked for as a stream. */
        STREAMING
    }

    /** What is done when another model answers than was asked for. */
    public enum Mismatch {
        /** It is counted, logged and recorded. */
        TELL,
        /** The answer is withheld, and the next target is asked. */
        FAIL
    }

    /**
     * A model at a provider.
     *
     * @param provider the provider's name
     * @param model the provider's name of the model
     * @param weight its share of a weighted tier, or among equally cheap ones; 0 where there is none
     * @param capabilities what it can do
     * @param contextTokens most tokens of request and answer together; 0 for unknown
     * @param servedAs what the provider may call the model that answers; empty for the name and its dated variants
     * @param mismatch what is done when it calls it otherwise
     * @param residency where it keeps and works on what it is sent; empty for unknown, which no restriction allows
     */
    public record Target(
            String provider,
            String model,
            int weight,
            Set<Capability> capabilities,
            int contextTokens,
            List<String> servedAs,
            Mismatch mismatch,
            String residency) {
        /** A target that can do everything, nobody knows where. */
        public Target(String provider, String model) {
            this(provider, model, 0, EnumSet.allOf(Capability.class), 0, List.of(), Mismatch.TELL, "");
        }

        /** Copies the collections. */
        public Target {
            capabilities = Set.copyOf(capabilities);
            servedAs = List.copyOf(servedAs);
        }
    }
}
