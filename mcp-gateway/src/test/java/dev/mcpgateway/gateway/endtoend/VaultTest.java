package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeVault;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret in a vault goes to its upstream and nowhere else, and operators see how old it is. The vault is a fake. */
class VaultTest {
    @TempDir
    Path folder;

    private FakeVault vault;
    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        vault = FakeVault.start().put("secret/data/crm", "{\"token\":\"canary-in-vault\"}");
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        Path token = Files.createFile(
                folder.resolve("role.secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "role-secret\n");
        gateway = TestGateway.in(folder)
                .operator()
                .section(
                        "vault",
                        "{url: \"" + vault.url()
                                + "\", approle: {role_id: gateway, secret_id: {file: role.secret}}, keep_s: 120}")
                .upstream(
                        "crm",
                        crm,
                        "credential: {static: {header: X-Key, secret: {vault: {path: secret/data/crm, key: token}}}}")
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
        vault.close();
    }

    private String lastKey() {
        return crm.requests().getLast().header("X-Key").orElse("");
    }

    @Test
    void aRotatedSecretIsTakenOverAndASilentVaultIsBridgedForAWhile() {
        TestAgent agent = gateway.agent();
        assertThat(agent.call("crm__echo", "{}").at("/result/content/0/text")).isEqualTo("hello");
        assertThat(lastKey()).isEqualTo("canary-in-vault");

        vault.put("secret/data/crm", "{\"token\":\"rotated\"}");
        gateway.clock().advance(Duration.ofSeconds(61));
        // while somebody reads it again, as the look at all secrets does each minute, others go on with what there is
        Await.until("the rotation is taken over", () -> {
            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
            return lastKey().equals("rotated");
        });

        vault.answer(503);
        gateway.clock().advance(Duration.ofSeconds(100));
        assertThat(gateway.agent().call("crm__echo", "{}").at("/result/content/0/text"))
                .isEqualTo("hello");
        gateway.clock().advance(Duration.ofSeconds(100));
        assertThat(gateway.agent().call("crm__echo", "{}").refusalCode()).isEqualTo("credential_unavailable");
    }

    @Test
    void operatorsSeeNamesAndAgesAndNoValue() {
        Await.until(
                "all secrets were looked at",
                () -> gateway.operate("GET", "/secrets", "").text().contains("\"age_days\":0"));

        WireAnswer answer = gateway.operate("GET", "/secrets", "");

        assertThat(answer.json().findValuesAsString("name"))
                .containsExactly("admin.tokens.ops", "vault.approle.secret_id", "upstreams.crm.credential");
        assertThat(answer.json().findValuesAsString("problem")).containsOnly("");
        assertThat(answer.json().at("/secrets/2/rotated").isNull()).isTrue();
        assertThat(answer.text()).doesNotContain("canary", "role-secret", TestGateway.OPERATOR_TOKEN);
        assertThat(gateway.admin("/secrets").status()).isEqualTo(401);
        assertThat(gateway.operate("GET", "/metrics", "").text())
                .contains("gateway_secret_age_seconds{secret=\"upstreams.crm.credential\"}")
                .doesNotContain("canary");

        vault.put("secret/data/crm", "{\"token\":\"rotated\"}");
        gateway.clock().advance(Duration.ofDays(91));

        Await.until(
                "the rotation is seen",
                () -> !gateway.operate("GET", "/secrets", "")
                        .json()
                        .at("/secrets/2/rotated")
                        .isNull());
        assertThat(gateway.operate("GET", "/secrets", "")
                        .json()
                        .at("/secrets/0/old")
                        .booleanValue())
                .isTrue();
    }
}
