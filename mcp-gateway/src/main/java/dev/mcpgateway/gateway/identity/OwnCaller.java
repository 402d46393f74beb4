package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.model.money.Spender;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * The gateway itself, where it calls models of its own accord. No request can be of such a caller: nothing that is presented
 * at a port proves it. Rules name it by the issuer {@value #ALIAS}; without a rule it may call nothing, like everybody.
 */
public final class OwnCaller {
    /** What rules and budgets call its issuer. */
    public static final String ALIAS = Spender.GATEWAY;

    /** The {@code iss} of its callers. */
    public static final String ISSUER = "urn:mcp-gateway:self";

    private OwnCaller() {}

    /**
     * The part of the gateway that goes by this name, as it handles content of a tenant.
     *
     * @param tenant empty for nobody's
     */
    public static Caller named(String name, String tenant) {
        Subject subject = new Subject(ALIAS, name, null, Set.of(), Set.of(), Map.of(), tenant);
        return new Caller(subject, ISSUER, null, Instant.MAX);
    }
}
