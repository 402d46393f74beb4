package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.model.translate.Translation;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 */
public record Models(
        @Nullable URI audience,
        int requestBytes,
        int replyBytes,
        long streamBytes,
        Map<String, Provider> providers,
        Map<String, Alias> aliases) {
    /** What keys call the place where models are, beside the names of views. */
    public static final String VIEW = "models";

    /** Keeps the order of the file. */
    public Models {
        providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
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
     * @param translation of requests in protocols that it does not speak
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
            Translation translation) {
        /** Copies the collections. */
        public Provider {
            allowNetworks = List.copyOf(allowNetworks);
            betas = Set.copyOf(betas);
        }
    }

    /**
     * A model as agents name it.
     *
     * @param targets who serves it, in order; one
     */
    public record Alias(List<Target> targets) {
        /** Copies the list. */
        public Alias {
            targets = List.copyOf(targets);
        }
    }

    /**
     * A model at a provider.
     *
     * @param provider the provider's name
     * @param model the provider's name of the model
     */
    public record Target(String provider, String model) {}
}
