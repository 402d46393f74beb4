package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.FakeSecretsManager;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider's two keys are two versions of one secret in AWS Secrets Manager, which is a fake. */
class SecretsManagerTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    Path folder;

    private final Set<String> good = ConcurrentHashMap.newKeySet();
    private Instant created;
    private FakeSecretsManager manager;
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;
    private ModelAgent alice;

    @BeforeEach
    void serve() throws Exception {
        manager = FakeSecretsManager.start(
                () -> gateway == null ? Instant.EPOCH : gateway.clock().instant());
        ModelGateways.secret(folder.resolve("aws.id"), FakeSecretsManager.KEY_ID);
        ModelGateways.secret(folder.resolve("aws.secret"), FakeSecretsManager.KEY);
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> {
                    String key =
                            turn.request().header("Authorization").orElse("").replace("Bearer ", "");
                    turn.answer(good.contains(key) ? 200 : 401, "{\"model\":\"acme-large-1\",\"choices\":[]}");
                })
                .on("/models", turn -> turn.answer(200, "{\"data\":[]}"));
        anthropic = FakeModelServer.start();
        gateway = ModelGateways.in(folder, openai, anthropic)
                .section(
                        "secrets_manager",
                        "{region: eu-central-1, url: \"" + manager.url()
                                + "\", access_key_id: {file: aws.id}, secret_access_key: {file: aws.secret}}")
                .models(
                        "secret: {file: openai.key}",
                        "secret: {secrets_manager: {id: openai, key: api_key}},"
                                + " next: {secrets_manager: {id: openai, key: api_key, stage: AWSPREVIOUS}}")
                .operator()
                .start();
        created = gateway.clock().instant().minus(Duration.ofDays(100)).minus(Duration.ofHours(12));
        put("AWSCURRENT", "canary-one", created);
        put("AWSPREVIOUS", "canary-zero", created.minus(Duration.ofDays(30)));
        good.add("canary-one");
        alice = ModelAgent.of(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
        manager.close();
    }

    private void put(String stage, String key, Instant when) {
        manager.put("openai", stage, "\"{\\\"api_key\\\":\\\"" + key + "\\\"}\"", when);
    }

    private String lastKey() {
        return openai.requests().getLast().header("Authorization").orElse("");
    }

    @Test
    void aRotationAtAwsIsTakenOverAndTheVersionBeforeIsSentWhereTheNewOneIsNotGoodYet() {
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        assertThat(lastKey()).isEqualTo("Bearer canary-one");

        put("AWSPREVIOUS", "canary-one", created);
        put("AWSCURRENT", "canary-two", gateway.clock().instant());
        gateway.clock().advance(Duration.ofSeconds(61));
        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
        assertThat(lastKey())
                .as("the new one is refused, the one before is not")
                .isEqualTo("Bearer canary-one");

        good.add("canary-two");
        good.remove("canary-one");
        gateway.clock().advance(Duration.ofMinutes(6));
        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
        assertThat(lastKey()).isEqualTo("Bearer canary-two");
    }

    @Test
    void aSecretThatAwsNoLongerGivesIsNotSentAnyMore() {
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        manager.refuse(400, "AccessDeniedException");
        gateway.clock().advance(Duration.ofSeconds(61));
        Await.until(
                "AWS was asked; who came meanwhile had what was there",
                () -> ModelAgent.of(gateway).chat(CHAT).status() == 502);
        openai.clearRequests();
        gateway.skipRecords();

        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(502);

        assertThat(openai.requests()).isEmpty();
        assertThat(gateway.newSummaries(2)).anyMatch(each -> each.contains("credential_unavailable"));
        Ran listed = Ran.of(gateway, folder, "credentials", "rotate", "--provider", "acme", "--reason", "r");
        assertThat(listed.out())
                .contains("secret of AWS openai key api_key is not there: the gateway's keys may not read it")
                .doesNotContain("canary");
    }

    @Test
    void theAgeIsThatOfTheVersionAsAwsSaysIt() {
        Await.until("all keys were looked at", () -> {
            Ran.of(gateway, folder, "credentials", "rotate", "--all", "--reason", "r");
            return Ran.of(gateway, folder, "credentials", "list").out().contains(" 100 days");
        });

        Ran listed = Ran.of(gateway, folder, "credentials", "list");

        assertThat(listed.code()).as("they are old").isEqualTo(1);
        assertThat(listed.out())
                .containsPattern("acme  secret  .*  100 days OLD  rotated "
                        + created.toString().substring(0, 13))
                .containsPattern("acme  next  .*  130 days OLD  rotated ")
                .doesNotContain("canary", FakeSecretsManager.KEY_ID, FakeSecretsManager.KEY);
        assertThat(gateway.operate("GET", "/secrets", "").json().findValuesAsString("name"))
                .contains("secrets_manager.access_key_id", "secrets_manager.secret_access_key");
    }
}
