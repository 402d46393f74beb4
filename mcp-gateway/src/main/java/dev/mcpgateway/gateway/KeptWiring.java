package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.KeptIds;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.model.kept.OwnerSeal;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What providers keep, told apart by caller. */
final class KeptWiring {
    private KeptWiring() {}

    /**
     * Empty without models. Where one caller is everybody there is nobody to keep apart, and ids stay as they are.
     *
     * @throws IOException if the key for it cannot be read or kept
     */
    static Optional<KeptState> of(GatewayConfig config, Wiring wiring) throws IOException {
        if (config.models().isEmpty()) {
            return Optional.empty();
        }
        Models models = config.models().get();
        Map<String, KeptIds> byProvider = new HashMap<>();
        KeptIds usual = config.anonymous().isPresent() ? KeptIds.SHARED : KeptIds.BOUND;
        models.providers()
                .keySet()
                .forEach(name -> byProvider.put(name, models.keptIds().getOrDefault(name, usual)));
        return Optional.of(new KeptState(OwnerSeal.load(config.stateDir(), wiring.secureRandom()), byProvider));
    }
}
