package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.FakeVault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a fake of a vault, which is all that was at hand. */
class VaultSecretTest {
    private static final String PATH = "secret/data/crm";

    private FakeVault server;
    private WayToStore way;

    @BeforeEach
    void start() {
        server = FakeVault.start().put(PATH, "{\"token\":\"s3cret\",\"number\":7}");
        way = new WayToStore(server.url());
    }

    @AfterEach
    void stop() {
        way.close();
        server.close();
    }

    private static SecretSource variable(String value) {
        return new SecretVariable("TEST", _ -> value);
    }

    private Vault vault(VaultLogin login, String namespace) {
        return new Vault(
                way.transport(), new Vault.Settings(namespace, login, WayToStore.FRESH, WayToStore.KEPT), way.time());
    }

    private SecretSource secret() {
        return vault(new VaultLogin.Token(variable("root-token")), "team-a").secret(PATH, "token");
    }

    @Test
    void aSecretIsReadOnceUntilItIsNotFreshAnyMore() throws Exception {
        SecretSource secret = secret();

        Secret first = secret.read();
        way.pass(59);
        assertThat(secret.read()).isSameAs(first);
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.line()).isEqualTo("GET /v1/secret/data/crm HTTP/1.1");
            assertThat(request.header("X-Vault-Token")).contains("root-token");
            assertThat(request.header("X-Vault-Namespace")).contains("team-a");
            assertThat(request.header("X-Vault-Request")).contains("true");
        });
        way.pass(2);
        assertThat(secret.read()).as("the same value is the same object").isSameAs(first);
        assertThat(server.requests()).hasSize(2);
        server.put(PATH, "{\"token\":\"rotated\"}");
        way.pass(61);
        assertThat(secret.read().expose()).isEqualTo("rotated");
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 429, 472, 500, 503})
    void theLastGoodValueIsUsedForAWhileAndNotLonger(int status) throws Exception {
        SecretSource secret = secret();
        assertThat(secret.read().expose()).isEqualTo("s3cret");

        server.answer(status);
        way.pass(61);
        assertThat(secret.read().expose()).isEqualTo("s3cret");
        assertThat(secret.read().expose()).isEqualTo("s3cret");
        assertThat(server.requests())
                .as("a vault that is down is not asked with every call")
                .hasSize(2);
        way.pass(600);

        assertThatThrownBy(secret::read)
                .isInstanceOf(SecretUnavailable.class)
                .hasMessageContainingAll("secret/data/crm", "status " + status)
                .hasMessageNotContaining("s3cret");
        server.answer(0);
        assertThat(secret.read().expose()).isEqualTo("s3cret");
    }

    @Test
    void aTokenThatNoHeaderMayCarryIsSaidToBeOne() {
        SecretSource secret =
                vault(new VaultLogin.Token(variable("root-token\n\n")), "").secret(PATH, "token");

        assertThatThrownBy(secret::read)
                .isInstanceOf(SecretUnavailable.class)
                .hasMessageContaining("no header may carry")
                .hasMessageNotContaining("root-token");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aVaultThatIsGoneIsSilent() throws Exception {
        SecretSource secret = secret();
        assertThat(secret.read().expose()).isEqualTo("s3cret");

        server.close();
        way.pass(61);
        assertThat(secret.read().expose()).isEqualTo("s3cret");
        way.pass(601);
        assertThatThrownBy(secret::read).hasMessageContaining("cannot be asked");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"data\":{}}",
                "{\"data\":{\"data\":[]}}",
                "{\"data\":{\"data\":{\"token\":\"a\",\"token\":\"b\"}}}",
                "{\"data\":{\"data\":{\"token\":\"a\"}}"
            })
    void whatIsNoSecretIsNone(String text) {
        server.says(text.isEmpty() ? " " : text);

        assertThatThrownBy(() -> secret().read()).isInstanceOf(SecretUnavailable.class);
    }

    @Test
    void whatTheVaultSaysIsGoneIsGoneAtOnce() throws Exception {
        SecretSource deleted = secret();
        SecretSource forbidden = secret();
        SecretSource keyless = secret();
        deleted.read();
        forbidden.read();
        keyless.read();
        way.pass(61);

        server.put(PATH, "{\"other\":\"x\"}");
        assertThatThrownBy(keyless::read).hasMessageContaining("no text under token");
        server.delete(PATH);
        assertThatThrownBy(deleted::read).hasMessageContaining("404");
        server.put(PATH, "{\"token\":\"s3cret\"}").token("another");
        assertThatThrownBy(forbidden::read).hasMessageContaining("403");
        server.answer(500);
        assertThatThrownBy(deleted::read)
                .as("and stays gone while the vault is silent")
                .isInstanceOf(SecretUnavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"number", "absent", ""})
    void aKeyWithoutTextIsNoSecret(String key) {
        SecretSource secret =
                vault(new VaultLogin.Token(variable("root-token")), "").secret(PATH, key);

        assertThatThrownBy(secret::read).isInstanceOf(SecretUnavailable.class);
    }

    @Test
    void anAppRoleLogsInAndAgainBeforeItsTokenEnds() throws Exception {
        server.lease(300);
        Vault vault = vault(new VaultLogin.AppRole("approle", "gateway", variable("role-secret")), "");
        SecretSource secret = vault.secret(PATH, "token");

        assertThat(secret.read().expose()).isEqualTo("s3cret");
        way.pass(61);
        secret.read();
        assertThat(server.logins()).isOne();
        way.pass(140);
        secret.read();
        assertThat(server.logins()).as("renewed at two thirds of its life").isEqualTo(2);
        server.token("ended before its time");
        way.pass(61);
        assertThat(secret.read().expose()).isEqualTo("s3cret");
        assertThat(server.logins()).isEqualTo(3);
    }

    @Test
    void aSecretThatIsNotThereIsNoReasonToLogInAgain() throws Exception {
        Vault vault = vault(new VaultLogin.AppRole("approle", "gateway", variable("role-secret")), "");
        SecretSource there = vault.secret(PATH, "token");
        SecretSource deleted = vault.secret(PATH, "token");
        SecretSource keyless = vault.secret(PATH, "other");
        there.read();
        server.delete(PATH);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(deleted::read).isInstanceOf(SecretUnavailable.class);
            assertThatThrownBy(keyless::read).isInstanceOf(SecretUnavailable.class);
        }

        assertThat(server.logins()).isOne();
    }

    @Test
    void aRefusedLoginIsNoSecret() {
        Vault vault = vault(new VaultLogin.AppRole("approle", "gateway", variable("wrong")), "");

        assertThatThrownBy(() -> vault.secret(PATH, "token").read())
                .hasMessageContaining("refuses the login with status 400")
                .hasMessageNotContaining("wrong");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/secret/data/crm",
                "secret/crm",
                "secret/data/",
                "secret/data/../../sys/seal",
                "secret/data/.",
                "secret/data/a?version=1",
                "secret/data/a b",
                "secret/data/%2e%2e/x"
            })
    void otherPathsAreNone(String path) {
        assertThat(Vault.isPath(path)).isFalse();
        assertThatThrownBy(() -> vault(new VaultLogin.Token(variable("t")), "").secret(path, "k"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itPrintsWhereItIsAndNotWhatItIs() throws Exception {
        SecretSource secret = secret();
        secret.read();

        assertThat(secret.toString()).isEqualTo("vault secret secret/data/crm key token");
    }
}
