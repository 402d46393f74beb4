package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider with two keys is asked without a gap while one of them ends, and an operator renews all at once. */
class ProviderKeysTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String ANSWER = "{\"id\":\"c\",\"model\":\"acme-large-1\",\"choices\":[]}";
    private static final String REFUSAL = "{\"error\":{\"message\":\"bad key\"}}";
    private static final String NEXT = "sk-upstream-openai-0009";

    @TempDir
    Path folder;

    private final Set<String> good = ConcurrentHashMap.newKeySet();
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;
    private ModelAgent alice;

    @BeforeEach
    void serve() throws Exception {
        good.add(ModelGateways.OPENAI_KEY);
        good.add(NEXT);
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> answer(turn, ANSWER))
                .on("/models", turn -> answer(turn, "{\"data\":[]}"));
        anthropic = FakeModelServer.start().on("/models", turn -> turn.answer(200, "{\"data\":[]}"));
        Files.createDirectories(folder);
        Path next = Files.createFile(
                folder.resolve("next.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(next, NEXT + "\n");
        gateway = ModelGateways.in(folder, openai, anthropic)
                .models("secret: {file: openai.key}", "secret: {file: openai.key}, next: {file: next.key}")
                .operator()
                .start();
        alice = ModelAgent.of(gateway);
        gateway.skipRecords();
    }

    private void answer(ModelTurn turn, String body) throws Exception {
        String key = turn.request().header("Authorization").orElse("").replace("Bearer ", "");
        turn.answer(good.contains(key) ? 200 : 401, good.contains(key) ? body : REFUSAL);
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    private Ran run(String... arguments) {
        return Ran.of(gateway, folder, arguments);
    }

    private String metrics() {
        return gateway.operate("GET", "/metrics", "").text();
    }

    @Test
    void aRefusedKeyIsReplacedByTheOtherBeforeTheAgentHearsOfIt() {
        good.remove(ModelGateways.OPENAI_KEY);

        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        assertThat(openai.requests()).hasSize(2);
        openai.clearRequests();
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);

        assertThat(openai.request().text()).as("the good key stays in use").contains("acme-large-1");
        assertThat(metrics())
                .contains(
                        "gateway_credential_auth_failures_total{gateway_credential=\"secret\",gateway_provider=\"acme\"} 1");
    }

    @Test
    void whatBothKeysAreRefusedTakesNoGoodKeyAway() {
        good.remove(NEXT);
        openai.on("/chat/completions", turn -> {
            String key = turn.request().header("Authorization").orElse("");
            boolean isForbidden = turn.request().text().contains("somebody-elses-file");
            turn.answer(
                    isForbidden || !good.contains(key.replace("Bearer ", "")) ? 403 : 200,
                    isForbidden ? REFUSAL : ANSWER);
        });

        assertThat(alice.chat(CHAT.replace("hi\"", "somebody-elses-file\"")).status())
                .isEqualTo(502);
        openai.clearRequests();

        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        assertThat(openai.requests()).as("the good key stays in use").hasSize(1);
    }

    @Test
    void withoutAGoodKeyEachIsTriedOnceAndThenOne() {
        good.clear();

        assertThat(alice.chat(CHAT).status()).isEqualTo(502);
        assertThat(openai.requests()).hasSize(2);
        openai.clearRequests();
        assertThat(alice.chat(CHAT).status()).isEqualTo(502);
        assertThat(openai.requests()).as("the other key rests").hasSize(1);
        good.add(ModelGateways.OPENAI_KEY);
        gateway.clock().advance(Duration.ofMinutes(6));
        openai.clearRequests();
        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void aRotationTriesAllKeysAndGoesOnWithTheNext() {
        Ran rotated = run("credentials", "rotate", "--all", "--reason", "incident 12");

        assertThat(rotated.code()).as(rotated.err() + rotated.out()).isZero();
        assertThat(rotated.out())
                .contains("acme  in use: next  secret accepted (HTTP 200)  next accepted (HTTP 200)")
                .contains("other  in use: secret")
                .contains("took ")
                .doesNotContain(NEXT, ModelGateways.OPENAI_KEY);
        good.remove(ModelGateways.OPENAI_KEY);
        openai.clearRequests();
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        assertThat(openai.requests()).as("the next key was sent at once").hasSize(1);
        assertThat(gateway.newRecords(2))
                .filteredOn(found -> found.text("ev").equals("admin.credentials.rotate"))
                .hasSize(2)
                .first()
                .satisfies(found -> assertThat(found.text("detail.result"))
                        .isEqualTo("in use: next, secret accepted, next accepted"));
        Ran listed = run("credentials", "list");
        assertThat(listed.out()).contains("acme  secret  at rest  0 days", "acme  next  in use  0 days", "refused 0");
    }

    @Test
    void aKeyThatWasReplacedInItsFileIsReadAtOnce() throws Exception {
        good.clear();
        good.add("sk-upstream-openai-new1");
        Files.writeString(folder.resolve("openai.key"), "sk-upstream-openai-new1\n");
        Files.delete(folder.resolve("next.key"));

        Ran rotated = run("credentials", "rotate", "--provider", "acme", "--reason", "r");

        assertThat(rotated.code()).as(rotated.err() + rotated.out()).isZero();
        assertThat(rotated.out()).contains("acme  in use: secret  secret accepted (HTTP 200)  next no_key");
        assertThat(alice.chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void whereNoKeyIsTakenNothingChangesAndItIsSaid() {
        good.clear();

        Ran rotated = run("credentials", "rotate", "--all", "--reason", "r");

        assertThat(rotated.code()).isEqualTo(1);
        assertThat(rotated.out()).contains("acme  NO KEY IS TAKEN, still in use: secret");
        assertThat(run("credentials", "rotate", "--provider", "nobody", "--reason", "r")
                        .err())
                .contains("there are acme, other");
        assertThat(run("credentials", "rotate", "--reason", "r").code()).isEqualTo(2);
    }

    @Test
    void aKeyThatCanBeReadAndNeverSentIsListedWithWhatIsWrong() throws Exception {
        Files.writeString(folder.resolve("next.key"), "\uFEFF" + NEXT + "\n");
        gateway.clock().advance(Duration.ofMinutes(2));
        run("credentials", "rotate", "--all", "--reason", "r"); // looks at all keys

        Ran listed = run("credentials", "list");

        assertThat(listed.code()).isEqualTo(1);
        assertThat(listed.out().lines())
                .filteredOn(line -> line.contains("begins with a byte order mark"))
                .singleElement()
                .asString()
                .startsWith("acme  next  at rest")
                .contains("secret file " + folder.resolve("next.key"), "write it anew")
                .doesNotContain(NEXT);
    }

    @Test
    void anOldKeyIsSaidToBeOld() {
        run("credentials", "rotate", "--all", "--reason", "r"); // looks at all keys
        gateway.clock().advance(Duration.ofDays(91));

        Ran listed = run("credentials", "list");

        assertThat(listed.code()).isEqualTo(1);
        assertThat(listed.out()).contains("91 days OLD");
    }
}
