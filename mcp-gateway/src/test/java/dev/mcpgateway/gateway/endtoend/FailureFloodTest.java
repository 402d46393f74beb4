package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that fail cost their source, and nobody else. */
class FailureFloodTest {
    private static final String ATTACKER = "127.0.0.66";
    private static final String FRIEND = "127.0.0.7";

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .limits("{auth_failures_per_minute: 2}")
                .upstream("crm", crm)
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private WireAnswer from(String address, String token) {
        WireRequest request = gateway.agent().calling("crm__echo", "{}").with("Authorization", "Bearer " + token);
        try (WireClient client = WireClient.from(address, gateway.port())) {
            return client.exchange(request);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private String good(String id) {
        return gateway.token(claims -> claims.put("jti", id));
    }

    /** Its own token each time, and its signature that of another. */
    private String forged(int number) {
        String token = good("forged-" + number);
        return token.substring(0, token.lastIndexOf('.')) + "." + "A".repeat(86);
    }

    @Test
    void whoSendsManyBadTokensIsLookedAtNoMore() {
        String known = good("known");
        assertThat(from(ATTACKER, known).status()).isEqualTo(200);
        for (int i = 0; i < 2; i++) {
            assertThat(from(ATTACKER, forged(i)).status()).isEqualTo(401);
        }

        WireAnswer refused = from(ATTACKER, forged(2));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(refused.headers("WWW-Authenticate")).isEmpty();
        assertThat(from(ATTACKER, good("new")).status())
                .as("an unknown token of the same source, unseen")
                .isEqualTo(429);
        assertThat(from(ATTACKER, known).status())
                .as("a caller known before, at the same source")
                .isEqualTo(200);
        assertThat(from(FRIEND, good("friend")).status()).as("another source").isEqualTo(200);

        gateway.clock().advance(Duration.ofSeconds(31));
        assertThat(from(ATTACKER, good("later")).status()).isEqualTo(200);
    }

    @Test
    void theSameBadTokenAgainCountsToo() {
        String bad = forged(0);
        for (int i = 0; i < 2; i++) {
            assertThat(from(ATTACKER, bad).status()).isEqualTo(401);
        }

        assertThat(from(ATTACKER, bad).status()).isEqualTo(429);
    }

    @Test
    void aTokenThatWasRefusedIsNotRefusedForEverWhenItsKeyComesLater() throws Exception {
        var other = new dev.mcpgateway.gateway.identity.TestIssuer();
        String token = other.token(
                gateway.clock().instant(),
                claims -> claims.put("aud", gateway.url().toString()));
        assertThat(from(FRIEND, token).status())
                .as("signed by a stranger's ec-1")
                .isEqualTo(401);

        other.writeTo(gateway.folder().resolve("jwks.json"));
        gateway.clock().advance(Duration.ofSeconds(2));

        assertThat(from(FRIEND, token).status()).isEqualTo(200);
        assertThat(from(FRIEND, good("of the old key")).status()).isEqualTo(401);
        other.close();
    }
}
