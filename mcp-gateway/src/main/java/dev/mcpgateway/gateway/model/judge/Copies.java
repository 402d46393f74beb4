package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.config.JudgeSettings;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.guard.KnownMembers;
import dev.mcpgateway.gateway.model.route.TargetKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Chooses which calls are sent to a target of a later tier, too, so that it is known before it is needed. */
final class Copies {
    private final JudgeSettings settings;
    private final Map<String, Models.Alias> aliases;
    private final RandomGenerator random;

    Copies(JudgeSettings settings, Map<String, Models.Alias> aliases, RandomGenerator random) {
        this.settings = settings;
        this.aliases = aliases;
        this.random = random;
    }

    /** To whom a call is sent again that this target answered; empty for nobody. */
    Optional<ModelAsk.Copy> of(ModelAsk ask, Models.Target answered) {
        boolean isChosen = settings.shadow()
                .filter(shadow -> random.nextInt(100) < shadow.percent())
                .isPresent();
        if (!isChosen
                || ask.request().body().bytes().length > settings.materialBytes()
                // providers run some tools themselves, and what those do must not be done twice
                || !KnownMembers.areWithoutTools(ask.request())) {
            return Optional.empty();
        }
        List<Models.Target> others = others(ask.request().model(), answered);
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(new ModelAsk.Copy(ask.caller(), others.get(random.nextInt(others.size()))));
    }

    private List<Models.Target> others(String alias, Models.Target answered) {
        Models.Alias known = aliases.get(alias);
        int tier = tier(alias, answered);
        List<Models.Target> others = new ArrayList<>();
        for (int each = Math.max(0, tier);
                known != null && tier >= 0 && each < known.tiers().size();
                each++) {
            known.tiers().get(each).targets().stream()
                    .filter(target -> !TargetKey.of(target).equals(TargetKey.of(answered)))
                    .forEach(others::add);
        }
        return others;
    }

    /** In which tier of a model a target stands, from 0; -1 for none. */
    int tier(String alias, Models.Target target) {
        Models.Alias known = aliases.get(alias);
        for (int each = 0; known != null && each < known.tiers().size(); each++) {
            if (known.tiers().get(each).targets().contains(target)) {
                return each;
            }
        }
        return -1;
    }
}
