package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.FeatureName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The models that there are, by the aliases that agents name. Never changes. */
public final class ModelTable {
    private final Map<String, Target> byAlias;

    /**
     * Who serves a model.
     *
     * @param provider the provider
     * @param model the provider's name of the model
     */
    public record Target(ModelProvider provider, String model) {}

    /** These models, in the order of the map. */
    public ModelTable(Map<String, Target> byAlias) {
        this.byAlias = Collections.unmodifiableMap(new LinkedHashMap<>(byAlias));
    }

    /**
     * Who is asked for a call of a model that there is.
     *
     * @throws Refused if there is nobody who could be asked
     */
    Plan plan(String alias, ModelAsk ask) {
        Target target = Objects.requireNonNull(find(alias), alias);
        if (!target.provider().serves(ask.request().api())) {
            throw new Refused(Reason.MODEL_NOT_HERE);
        }
        return new Plan(List.of(target));
    }

    @Nullable
    Target find(String alias) {
        return byAlias.get(alias);
    }

    /** Everybody who may serve a model, however they fare; nobody for one that there is not. */
    List<Target> targets(String alias) {
        Target target = find(alias);
        return target == null ? List.of() : List.of(target);
    }

    /** All names, in order. */
    List<FeatureName> names() {
        return byAlias.keySet().stream().map(FeatureName::model).toList();
    }
}
