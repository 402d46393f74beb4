package dev.mcpgateway.gateway.model.money;

import java.util.Map;
import java.util.Set;

/**
 * Who spends, as budgets see it. What is not known is empty.
 *
 * @param issuer the issuer's alias
 * @param user the issuer's name of the user
 * @param client the agent's client id
 * @param key id of the virtual key
 * @param tenant whose user it is
 * @param claims claims that are texts
 */
public record Spender(
        String issuer,
        String user,
        String client,
        String key,
        String tenant,
        Set<String> groups,
        Map<String, String> claims) {
    /** What the issuer of the gateway's own calls is called. */
    public static final String GATEWAY = "gateway";

    /** Copies the collections. */
    public Spender {
        groups = Set.copyOf(groups);
        claims = Map.copyOf(claims);
    }

    boolean isGateway() {
        return issuer.equals(GATEWAY);
    }

    String claim(String name) {
        return claims.getOrDefault(name, "");
    }
}
