package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;

/** Who may ask at the operators' port, by bearer token. Without tokens whoever reaches the port may read, and no more. */
public final class AdminTokens {
    /** The role of those who may change something. */
    public static final String OPERATOR = "operator";

    private final List<Token> tokens;

    /**
     * One operator's token.
     *
     * @param name the operator's name, for the audit log
     * @param secret the token
     * @param roles what it is for
     */
    public record Token(String name, SecretSource secret, Set<String> roles) {
        /** Copies the set. */
        public Token {
            roles = Set.copyOf(roles);
        }
    }

    /** These tokens are accepted. */
    public AdminTokens(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /**
     * Lets an operator read.
     *
     * @throws Refused if tokens are configured and the request has none of them
     */
    void authenticate(Exchange exchange) {
        if (!tokens.isEmpty()) {
            var _ = find(exchange);
        }
    }

    /**
     * The name of the operator who may change something.
     *
     * @throws Refused without a token of that role, and where no token is configured at all: then nobody is known
     */
    String operator(Exchange exchange, String role) {
        if (tokens.isEmpty()) {
            throw new Refused(Refusal.saying(Reason.NOT_OPERATOR, "admin.tokens is not configured"));
        }
        Token token = find(exchange);
        if (!token.roles().contains(role)) {
            throw new Refused(Refusal.saying(Reason.NOT_OPERATOR, token.name() + " has not the role " + role));
        }
        return token.name();
    }

    private Token find(Exchange exchange) {
        String header = exchange.header(HttpHeader.AUTHORIZATION);
        if (header == null || !header.startsWith("Bearer ") || exchange.isRepeated(HttpHeader.AUTHORIZATION)) {
            throw new Refused(Reason.NO_TOKEN);
        }
        byte[] offered = header.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8);
        Token found = null;
        for (Token token : tokens) {
            // all are compared, so that the time says nothing about which one was near
            found = matches(token.secret(), offered) ? token : found;
        }
        if (found == null) {
            throw new Refused(Refusal.of(Reason.BAD_TOKEN, "no admin token"));
        }
        return found;
    }

    private static boolean matches(SecretSource token, byte[] offered) {
        try {
            Secret secret = token.read();
            return MessageDigest.isEqual(secret.expose().getBytes(StandardCharsets.UTF_8), offered);
        } catch (SecretUnavailable unreadable) {
            return false;
        }
    }
}
