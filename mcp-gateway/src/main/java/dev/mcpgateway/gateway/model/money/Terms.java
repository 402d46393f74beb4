package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.connectors.model.ServedTerms;
import java.util.Set;

/**
 * What changes the price of all tokens of a call: as a request names it, or as it was served. What is not named is empty.
 *
 * @param tier the service tier
 * @param speed Anthropic's {@code speed}
 * @param geo Anthropic's {@code inference_geo}
 */
public record Terms(String tier, String speed, String geo) {
    /** Nothing special. */
    public static final Terms PLAIN = new Terms("", "", "");

    /** What requests and answers name when there is nothing special. */
    private static final Set<String> PLAIN_TIERS =
            Set.of("", "auto", "default", "standard", "standard_only", "on_demand", "unspecified");

    private static final Set<String> PLAIN_SPEEDS = Set.of("", "standard");
    private static final Set<String> PLAIN_GEOS = Set.of("", "global", "not_available");

    /** Who names one of these leaves the choice to settings that the provider keeps. */
    private static final Set<String> OPEN = Set.of("", "auto");

    static boolean isPlainTier(String tier) {
        return PLAIN_TIERS.contains(tier);
    }

    static boolean isPlainSpeed(String speed) {
        return PLAIN_SPEEDS.contains(speed);
    }

    static boolean isPlainGeo(String geo) {
        return PLAIN_GEOS.contains(geo);
    }

    static boolean isOpen(String named) {
        return OPEN.contains(named);
    }

    /** These, and instead of each what the answer says that it was served on. */
    public Terms as(ServedTerms served) {
        return new Terms(
                served.tier().isEmpty() ? tier : served.tier(),
                served.speed().isEmpty() ? speed : served.speed(),
                served.geo().isEmpty() ? geo : served.geo());
    }

    /** What of it is not as usual. */
    public String special() {
        return String.join(
                        " ",
                        isPlainTier(tier) ? "" : tier,
                        isPlainSpeed(speed) ? "" : speed,
                        isPlainGeo(geo) ? "" : geo)
                .strip();
    }

    /** For operators: all that is named. */
    @Override
    public String toString() {
        return String.join(" ", tier, speed, geo).strip();
    }
}
