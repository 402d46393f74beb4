package dev.mcpgateway.connectors.model.translate;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a request is translated for.
 *
 * @param model the provider's name of the model
 * @param owner whose opaque reasoning state may be sent there: lower-case letters, digits, dash and underscore. Targets that
 *     understand each other's state share it, others must not
 * @param outputTokensDefault the output limit where one is required and the request has none
 * @param lossesRefused whether a setting that the target cannot express refuses the request; otherwise it is dropped and told
 * @param features what the target can do beyond its protocol's common ground
 */
public record Target(
        String model, String owner, long outputTokensDefault, boolean lossesRefused, Set<Feature> features) {
    private static final Pattern OWNER = Pattern.compile("[a-z0-9_-]{1,32}");

    /** Checks the ranges and copies. */
    public Target {
        if (model.isEmpty() || outputTokensDefault < 1 || !OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException("a target needs a model, an owner of its state and an output limit");
        }
        features = Set.copyOf(features);
    }

    boolean has(Feature feature) {
        return features.contains(feature);
    }

    static boolean isOwner(String text) {
        return OWNER.matcher(text).matches();
    }
}
