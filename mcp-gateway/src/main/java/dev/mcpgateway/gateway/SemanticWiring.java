package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.ModelCaches;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.embed.EmbeddingModel;
import dev.mcpgateway.gateway.embed.MiniLm;
import dev.mcpgateway.gateway.model.ModelCache;
import dev.mcpgateway.gateway.model.cache.CacheLayers;
import dev.mcpgateway.gateway.model.cache.ExactCache;
import dev.mcpgateway.gateway.model.cache.SemanticCache;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The caches of models' answers, and the embedded model where one of them needs it. */
final class SemanticWiring {
    private final Optional<EmbeddingModel> model;

    private SemanticWiring(Optional<EmbeddingModel> model) {
        this.model = model;
    }

    /**
     * Loads the model if the configuration needs it, which takes about a second; it is closed with the gateway.
     *
     * @throws IOException if it cannot be used here
     */
    static SemanticWiring of(GatewayConfig config, List<AutoCloseable> transports) throws IOException {
        boolean isOn = config.models()
                .map(Models::caches)
                .map(ModelCaches::semantic)
                .filter(ModelCaches.Semantic::isOn)
                .isPresent();
        if (!isOn) {
            return new SemanticWiring(Optional.empty());
        }
        EmbeddingModel model = MiniLm.load(Runtime.getRuntime().availableProcessors());
        transports.add(model);
        return new SemanticWiring(Optional.of(model));
    }

    /** The caches that are configured, in the order in which they are asked. */
    ModelCache cache(Models models, Wiring wiring, Telemetry telemetry) {
        ModelCaches settings = models.caches();
        ModelCache exact = settings.exact().aliases().isEmpty()
                ? ModelCache.NONE
                : new ExactCache(settings, telemetry, wiring.nanoClock(), wiring.secureRandom());
        return model.<ModelCache>map(each -> new CacheLayers(
                        exact, new SemanticCache(settings, each, telemetry, wiring.nanoClock(), wiring.secureRandom())))
                .orElse(exact);
    }
}
