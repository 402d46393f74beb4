package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;
import java.util.Locale;
import java.util.Set;

/** Audiences that many resources share: a token issued for one of the others would be taken here. */
final class GenericAudiences {
    private static final Set<String> GENERIC = Set.of(
            "*",
            "account",
            "all",
            "any",
            "api",
            "app",
            "backend",
            "client",
            "default",
            "gateway",
            "mcp",
            "public",
            "resource",
            "server",
            "service");

    private GenericAudiences() {}

    /** Tells a problem if this value says nothing about whose it is. */
    static void refuse(YamlObject section, String key, String audience) {
        if (GENERIC.contains(audience.toLowerCase(Locale.ROOT))) {
            section.problem(
                    key,
                    "'" + audience + "' may be the audience of anything",
                    "Use what names this gateway alone, best its URL");
        }
    }
}
