package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Callers for tests below the HTTP edge; elsewhere only a verified token makes one. */
public final class TestCaller {
    private TestCaller() {}

    /** A caller of the issuer {@code corp} with that subject and client. */
    public static Caller of(String subject, String clientId) {
        return new Caller(
                new Subject("corp", subject, clientId, Set.of(), Set.of(), Map.of()),
                TestIssuer.ISSUER,
                null,
                Instant.MAX);
    }

    /** The same with a token id and the key that vouches for it. */
    public static Caller of(String subject, String clientId, String tokenId, String keyId) {
        return new Caller(
                        new Subject("corp", subject, clientId, Set.of(), Set.of(), Map.of()),
                        TestIssuer.ISSUER,
                        tokenId,
                        Instant.MAX)
                .provedBy(keyId);
    }
}
