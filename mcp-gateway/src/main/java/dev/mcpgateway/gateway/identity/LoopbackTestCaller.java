package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.List;

/**
 * Takes every request as one configured caller: the {@code anonymous} profile, for tests on loopback only. The
 * configuration refuses it on any other address and beside issuers.
 */
public final class LoopbackTestCaller implements Authenticator {
    /** The {@code iss} of its caller. */
    public static final String ISSUER = "urn:mcp-gateway:anonymous";

    private final Caller caller;

    /** Everybody is this subject. */
    public LoopbackTestCaller(Subject subject) {
        this.caller = new Caller(subject, ISSUER, null, Instant.MAX);
    }

    @Override
    public Caller authenticate(Exchange exchange, String audience) {
        return caller;
    }

    @Override
    public Caller authenticateModelCall(Exchange exchange, String audience) {
        return caller;
    }

    @Override
    public List<String> notReady() {
        return List.of();
    }
}
