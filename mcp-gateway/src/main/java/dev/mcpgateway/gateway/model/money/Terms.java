package dev.mcpgateway.gateway.model.money;

import java.util.Set;

/**
 * What a request names that changes the price of all its tokens. What is not named is empty.
 *
 * @param tier the service tier
 * @param speed Anthropic's {@code speed}
 * @param geo Anthropic's {@code inference_geo}
 */
public record Terms(String tier, String speed, String geo) {
    /** Nothing special. */
    public static final Terms PLAIN = new Terms("", "", "");

    /** What requests name when they want nothing special. */
    private static final Set<String> PLAIN_TIERS = Set.of("", "auto", "default", "standard", "standard_only");

    private static final Set<String> PLAIN_SPEEDS = Set.of("", "standard");
    private static final Set<String> PLAIN_GEOS = Set.of("", "global");

    static boolean isPlainTier(String tier) {
        return PLAIN_TIERS.contains(tier);
    }

    static boolean isPlainSpeed(String speed) {
        return PLAIN_SPEEDS.contains(speed);
    }

    static boolean isPlainGeo(String geo) {
        return PLAIN_GEOS.contains(geo);
    }

    /** For operators: what of it is special. */
    @Override
    public String toString() {
        return String.join(" ", tier, speed, geo).strip();
    }
}
