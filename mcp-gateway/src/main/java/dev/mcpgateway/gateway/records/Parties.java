package dev.mcpgateway.gateway.records;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.http.AnyExchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;

/** Who asked and from where, in the audit log's terms. */
public final class Parties {
    private static final int USER_AGENT_CHARS = 256;

    private Parties() {}

    /** The caller. */
    public static Actor actor(Caller caller) {
        String client = caller.subject().clientId();
        String tokenId = caller.tokenId();
        String keyId = tokenId == null ? caller.credentialKeyId() : null;
        return new Actor(
                caller.issuer(),
                caller.subject().subject(),
                client == null ? "" : client,
                List.copyOf(caller.subject().scopes()),
                tokenId == null ? "" : tokenId,
                caller.tenant(),
                keyId == null ? "" : keyId);
    }

    /** Where the request came from. */
    public static Source source(AnyExchange exchange) {
        String userAgent = exchange.header(HttpHeader.USER_AGENT);
        return new Source(
                exchange.remoteAddress(),
                exchange.remotePort(),
                userAgent == null ? "" : userAgent.substring(0, Math.min(userAgent.length(), USER_AGENT_CHARS)));
    }
}
