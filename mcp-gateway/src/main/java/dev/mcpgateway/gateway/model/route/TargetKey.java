package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;

/**
 * A model at a provider, whichever aliases lead to it.
 *
 * @param provider the operator's name of the provider
 * @param model the provider's name of the model
 */
public record TargetKey(String provider, String model) {
    /** The key of a target. */
    public static TargetKey of(Models.Target target) {
        return new TargetKey(target.provider(), target.model());
    }

    @Override
    public String toString() {
        return provider + "/" + model;
    }
}
