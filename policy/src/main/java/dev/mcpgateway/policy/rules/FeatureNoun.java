package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.FeatureKind;
import java.util.Locale;
import java.util.Set;

/** What problems call the features that a pattern or a name is about. */
final class FeatureNoun {

    private FeatureNoun() {}

    /** {@code tool}, {@code prompt} or {@code resource}; {@code feature} for several kinds. */
    static String of(Set<FeatureKind> kinds) {
        return kinds.size() == 1 ? kinds.iterator().next().name().toLowerCase(Locale.ROOT) : "feature";
    }
}
