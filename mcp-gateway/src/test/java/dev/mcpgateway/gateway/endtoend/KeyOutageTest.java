package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An issuer whose keys are behind a URL is down, slow, or answers with something else: nobody is let in by that. */
class KeyOutageTest {
    @TempDir
    Path folder;

    private final AtomicReference<Script> issuer = new AtomicReference<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private RawServer keys;
    private FakeMcpServer crm;
    private TestGateway gateway;

    /** What the issuer does with a request for its keys. */
    @FunctionalInterface
    private interface Script {
        void answer(RawConnection connection) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        issuer.set(connection -> connection.answer(503, "text/plain", "down"));
        keys = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                fetches.incrementAndGet();
                issuer.get().answer(connection);
            }
        });
        gateway = TestGateway.in(folder)
                .section(
                        "issuers",
                        "{corp: {issuer: \"" + TestIssuer.ISSUER + "\", jwks: {url: \"http://127.0.0.1:" + keys.port()
                                + "/jwks\"}}}")
                .upstream("crm", crm)
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        keys.close();
        crm.close();
    }

    private String published() {
        return new JWKSet(List.of(gateway.issuer().ec(), gateway.issuer().rsa()))
                .toPublicJWKSet()
                .toString();
    }

    private void up() {
        issuer.set(connection -> connection.answer(200, "application/json", published()));
    }

    private WireAnswer call() {
        return gateway.agent().call("crm__echo", "{}");
    }

    @Test
    void withTheIssuerDownAtTheStartTheGatewayIsNotReadyAndNeverOpen() {
        assertThat(gateway.notReady())
                .anySatisfy(
                        reason -> assertThat(reason).startsWith("identity: ").contains("corp"));
        assertThat(gateway.admin("/readyz").status()).isEqualTo(503);

        WireAnswer refused = call();
        WireAnswer unsigned =
                gateway.send(gateway.agent().calling("crm__echo", "{}").with("Authorization", "Bearer " + unsigned()));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).hasValue("5");
        assertThat(refused.headers("WWW-Authenticate"))
                .as("an agent must not fetch a new token for this")
                .isEmpty();
        assertThat(unsigned.status()).as("what is bad with any key").isEqualTo(401);
        assertThat(crm.requests("tools/call")).isEmpty();

        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().firstText()).isEqualTo("hello");
        assertThat(gateway.notReady()).isEmpty();
    }

    private String unsigned() {
        return TestIssuer.encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "."
                + gateway.token().split("\\.", -1)[1] + ".AAAA";
    }

    /** What is no key set, or not from where it should be. */
    enum Rubbish {
        REDIRECT,
        HUGE,
        HTML,
        TRUNCATED,
        DRIPPING,
        RESET
    }

    @ParameterizedTest
    @EnumSource(Rubbish.class)
    void whatIsNoKeySetVerifiesNobody(Rubbish rubbish) throws Exception {
        try (RawServer elsewhere = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                connection.answer(200, "application/json", published());
            }
        })) {
            issuer.set(script(rubbish, "http://127.0.0.1:" + elsewhere.port() + "/jwks"));
            gateway.clock().advance(Duration.ofSeconds(2));

            WireAnswer answer = call();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(crm.requests("tools/call")).isEmpty();
            assertThat(elsewhere.accepted()).as("a redirect is not followed").isZero();
        }

        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().firstText()).isEqualTo("hello");
    }

    private Script script(Rubbish rubbish, String elsewhere) {
        String good = published();
        return switch (rubbish) {
            case REDIRECT ->
                connection -> connection.write("HTTP/1.1 302 Found\r\nLocation: " + elsewhere
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + good.length() + "\r\n\r\n" + good);
            case HUGE ->
                connection -> connection.answer(
                        200, "application/json", good.replaceFirst("\\{", "{\"x\":\"" + "y".repeat(51 * 1024) + "\","));
            case HTML -> connection -> connection.answer(200, "text/html", good);
            case TRUNCATED -> connection -> connection.answer(200, "application/json", good.substring(0, 100));
            case DRIPPING ->
                connection -> {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                            + good.length() + "\r\n\r\n{");
                    gateway.clock().advance(Duration.ofSeconds(6));
                };
            case RESET -> RawConnection::reset;
        };
    }

    @Test
    void aRotationAnOutageAndARecoveryRefuseNobodyWhoIsGood() throws Exception {
        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().status()).isEqualTo(200);

        issuer.set(connection -> connection.answer(500, "text/plain", "down"));
        for (int minutes = 0; minutes < 50; minutes += 5) {
            gateway.clock().advance(Duration.ofMinutes(5));
            assertThat(call().status())
                    .as("after " + minutes + " minutes of outage")
                    .isEqualTo(200);
        }

        ECKey fresh = new ECKeyGenerator(Curve.P_256).keyID("ec-2").generate();
        issuer.set(connection -> connection.answer(
                200,
                "application/json",
                new JWKSet(List.of(gateway.issuer().ec(), fresh))
                        .toPublicJWKSet()
                        .toString()));
        gateway.clock().advance(Duration.ofSeconds(20));
        assertThat(gateway.send(gateway.agent()
                                .calling("crm__echo", "{}")
                                .with(
                                        "Authorization",
                                        "Bearer "
                                                + gateway.issuer()
                                                        .signedBy(
                                                                fresh,
                                                                claims -> claims.put(
                                                                        "aud",
                                                                        gateway.url()
                                                                                .toString()),
                                                                gateway.clock().instant())))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aKeyThatIsTakenBackIsOfNoUseAnyMore() {
        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        WireRequest request = gateway.agent().calling("crm__echo", "{}");
        assertThat(gateway.send(request).status()).isEqualTo(200);

        issuer.set(connection -> connection.answer(
                200,
                "application/json",
                new JWKSet(List.of(gateway.issuer().rsa())).toPublicJWKSet().toString()));
        gateway.clock().advance(Duration.ofSeconds(299));

        assertThat(gateway.send(request).status())
                .as("fetched ahead, at the latest when the old set has run out")
                .isIn(200, 401);
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().status()).isEqualTo(401);
    }

    private WireAnswer from(String address, String token) {
        WireRequest request = gateway.agent().calling("crm__echo", "{}").with("Authorization", "Bearer " + token);
        try (WireClient client = WireClient.from(address, gateway.port())) {
            return client.exchange(request);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private String naming(String keyId) {
        return gateway.issuer().sign(java.util.Map.of("alg", "ES256", "typ", "at+jwt", "kid", keyId), claims());
    }

    @Test
    void aFloodOfUnknownKeyIdsFromOneAddressCostsThreeFetches() {
        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().status()).isEqualTo(200);
        int before = fetches.get();
        long begin = System.nanoTime();

        for (int i = 0; i < 100; i++) {
            assertThat(from("127.0.0.66", naming("flood-" + i)).status()).isEqualTo(401);
        }

        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        assertThat(fetches.get() - before)
                .as("three, and one more for each five seconds that this took")
                .isLessThanOrEqualTo(3 + (int) (seconds + 4) / 5);
        assertThat(call().firstText()).isEqualTo("hello");
    }

    @Test
    void aNewKeyIsTakenDuringAFloodAndNobodyIsBlamedForNamingItEarly() throws Exception {
        up();
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(call().status()).isEqualTo(200);
        ECKey fresh = new ECKeyGenerator(Curve.P_256).keyID("ec-2").generate();
        String token = gateway.issuer()
                .signedBy(
                        fresh,
                        claims -> claims.put("aud", gateway.url().toString()),
                        gateway.clock().instant());
        assertThat(from("127.0.0.7", token).status())
                .as("before the key is published")
                .isEqualTo(401);
        for (int i = 0; i < 10; i++) {
            assertThat(from("127.0.0.66", naming("flood-" + i)).status()).isEqualTo(401);
        }
        issuer.set(connection -> connection.answer(
                200,
                "application/json",
                new JWKSet(List.of(gateway.issuer().ec(), fresh))
                        .toPublicJWKSet()
                        .toString()));

        assertThat(from("127.0.0.8", token).status())
                .as("at the first attempt, from an address that has asked for nothing")
                .isEqualTo(200);
        assertThat(from("127.0.0.7", token).status()).isEqualTo(200);
    }

    private java.util.Map<String, Object> claims() {
        var claims = TestIssuer.claims(gateway.clock().instant());
        claims.put("aud", gateway.url().toString());
        return claims;
    }
}
