package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.route.Served;
import dev.mcpgateway.gateway.model.route.TargetKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Finds whose answer it was: a provider may let another model answer than was asked. */
final class ServedTargets {
    private final List<Models.Target> targets;

    ServedTargets(Collection<Models.Alias> aliases) {
        this.targets =
                aliases.stream().flatMap(alias -> alias.targets().stream()).toList();
    }

    /** The target that answered; empty when it is none that is configured. */
    Optional<TargetKey> of(Models.Target asked, String served) {
        if (Served.matches(asked, served)) {
            return Optional.of(TargetKey.of(asked));
        }
        List<Models.Target> known = targets.stream()
                .filter(each -> each.provider().equals(asked.provider()) && Served.matches(each, served))
                .toList();
        // a dated name may stand for two, and patterns of served_as for all
        return known.stream()
                .filter(each -> each.model().equals(served))
                .findFirst()
                .or(() -> known.stream().findFirst())
                .map(TargetKey::of);
    }
}
