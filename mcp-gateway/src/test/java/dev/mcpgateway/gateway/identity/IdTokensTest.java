package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who logged in is believed of an ID token for this login alone; each hostile one is good but for one thing. */
class IdTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final TestIssuer ISSUER = new TestIssuer();
    private static final String CLIENT = "gateway";
    private static final String SENT = "nonce-1";

    @TempDir
    Path folder;

    private IdTokens tokens;

    @BeforeEach
    void wire() throws Exception {
        tokens = new IdTokens(
                new IssuerSource.Local(TestProfile.plain().profile(), ISSUER.writeTo(folder.resolve("jwks.json"))),
                InstantSource.fixed(NOW),
                () -> 0L);
    }

    private static String token(Consumer<Map<String, Object>> header, Consumer<Map<String, Object>> claims) {
        Map<String, Object> head = TestIssuer.header(JWSAlgorithm.ES256, ISSUER.ec());
        head.put("typ", "JWT");
        header.accept(head);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("iss", TestIssuer.ISSUER);
        body.put("aud", CLIENT);
        body.put("sub", "alice");
        body.put("nonce", SENT);
        body.put("iat", NOW.getEpochSecond());
        body.put("exp", NOW.getEpochSecond() + 300);
        claims.accept(body);
        return ISSUER.sign(head, body);
    }

    private static String claiming(String name, @Nullable Object value) {
        return token(header -> {}, claims -> {
            if (value == null) {
                claims.remove(name);
            } else {
                claims.put(name, value);
            }
        });
    }

    private static String heading(String name, @Nullable Object value) {
        return token(
                header -> {
                    if (value == null) {
                        header.remove(name);
                    } else {
                        header.put(name, value);
                    }
                },
                claims -> {});
    }

    private IdTokens.LoggedIn verified(String token) {
        return tokens.verify(token, CLIENT, SENT);
    }

    @Test
    void aGoodTokenNamesItsUser() {
        assertThat(verified(claiming("sub", "alice"))).isEqualTo(new IdTokens.LoggedIn("alice", ""));
        assertThat(verified(heading("typ", null)).subject()).isEqualTo("alice");
        assertThat(verified(heading("typ", "application/jwt")).subject()).isEqualTo("alice");
        assertThat(verified(heading("kid", null)).subject())
                .as("one key fits the algorithm")
                .isEqualTo("alice");
        assertThat(verified(claiming("aud", List.of(CLIENT))).subject()).isEqualTo("alice");
        assertThat(verified(token(h -> {}, c -> {
                            c.put("aud", List.of("other", CLIENT));
                            c.put("azp", CLIENT);
                        }))
                        .subject())
                .isEqualTo("alice");
    }

    /** A token and what the log says of it. */
    record Hostile(String what, String token, String problem) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Hostile> hostile() {
        long now = NOW.getEpochSecond();
        List<Hostile> all = new ArrayList<>();
        all.add(new Hostile("no token", "x", "three parts"));
        all.add(new Hostile("other issuer", claiming("iss", "https://other.example"), "iss is not"));
        all.add(new Hostile("no issuer", claiming("iss", null), "iss is not"));
        all.add(new Hostile("issuer in an array", claiming("iss", List.of(TestIssuer.ISSUER)), "iss is not"));
        all.add(new Hostile("alg none", heading("alg", "none"), "alg is not"));
        all.add(new Hostile("alg no string", heading("alg", 7), "alg is not"));
        all.add(new Hostile("alg of another key", heading("alg", "RS256"), "no key"));
        all.add(new Hostile("access token", heading("typ", "at+jwt"), "typ is not"));
        all.add(new Hostile("typ no string", heading("typ", 7), "typ is not"));
        all.add(new Hostile("crit", heading("crit", List.of("exp")), "typ is not"));
        all.add(new Hostile("expired", claiming("exp", now - 30), "expired"));
        all.add(new Hostile("no exp", claiming("exp", null), "exp is missing"));
        all.add(new Hostile("from the future", claiming("iat", now + 31), "iat is in the future"));
        all.add(new Hostile("no iat", claiming("iat", null), "iat is missing"));
        all.add(new Hostile("other client", claiming("aud", "other"), "aud is not"));
        all.add(new Hostile("no audience", claiming("aud", null), "aud is not"));
        all.add(new Hostile("other clients", claiming("aud", List.of("other")), "aud is not"));
        all.add(new Hostile("empty audience", claiming("aud", List.of()), "aud is not"));
        all.add(new Hostile("number in audience", claiming("aud", List.of(CLIENT, 7)), "aud is not"));
        all.add(new Hostile("not alone, party unnamed", claiming("aud", List.of(CLIENT, "other")), "aud is not"));
        all.add(new Hostile("other party", claiming("azp", "other"), "aud is not"));
        all.add(new Hostile("party no string", claiming("azp", 7), "aud is not"));
        all.add(new Hostile("kid no string", heading("kid", 7), "kid is not a string"));
        all.add(new Hostile("unknown kid", heading("kid", "other"), "no key of the issuer"));
        all.add(new Hostile("other nonce", claiming("nonce", "nonce-2"), "nonce is not"));
        all.add(new Hostile("no nonce", claiming("nonce", null), "nonce is not"));
        all.add(new Hostile("nonce no string", claiming("nonce", 7), "nonce is not"));
        all.add(new Hostile("no subject", claiming("sub", null), "sub is missing"));
        all.add(new Hostile("empty subject", claiming("sub", ""), "sub is empty"));
        String good = claiming("sub", "alice");
        all.add(new Hostile(
                "signature of nothing",
                good.substring(0, good.lastIndexOf('.')) + "." + "A".repeat(86),
                "signature does not verify"));
        return all;
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileTokenNamesNobody(Hostile hostile) {
        IdTokens.LoggedIn nobody = verified(hostile.token());

        assertThat(nobody.subject()).isEmpty();
        assertThat(nobody.problem()).startsWith("ID token: ").contains(hostile.problem());
    }

    @Test
    void clocksMayDifferByTheSkewAndNoMore() {
        long now = NOW.getEpochSecond();
        assertThat(verified(claiming("exp", now - 29)).subject()).isEqualTo("alice");
        assertThat(verified(claiming("iat", now + 30)).subject()).isEqualTo("alice");
    }
}
