package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bedrock with two pairs of keys is asked without a gap while one of them ends, and an operator renews them. */
class AwsKeysTest {
    private static final String MODEL = "/model/eu.anthropic.claude-x-v1%3A0";
    private static final String ASKED =
            "{\"model\":\"claude\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String ANSWER =
            "{\"id\":\"m\",\"type\":\"message\",\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],"
                    + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"output_tokens\":12}}";
    private static final String METRIC =
            "gateway_credential_auth_failures_total{gateway_credential=\"%s\",gateway_provider=\"aws\"} %d\n";
    private static final Account OLD = new Account("AKIAOLDEXAMPLE000000", "old+secret/of/aws", "");
    private static final Account NEW = new Account("ASIANEWEXAMPLE000000", "new+secret/of/aws", "session-token==");

    @TempDir
    Path folder;

    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private FakeModelServer bedrock;
    private TestGateway gateway;
    private ModelAgent alice;

    /** What AWS knows of a key; temporary ones have a token. */
    private record Account(String id, String secret, String token) {}

    @BeforeEach
    void serve() throws Exception {
        bedrock = FakeModelServer.start().on(MODEL + "/invoke", this::answer);
        know(OLD);
        know(NEW);
        write("old", OLD);
        write("new", NEW);
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW)
                .section("models", """

                  providers:
                    aws:
                      kind: bedrock
                      base_url: "%s"
                      credential: {aws: {region: eu-central-1, access_key_id: {file: old.id}, secret_access_key: {file: old.secret},
                        next: {access_key_id: {file: new.id}, secret_access_key: {file: new.secret}, session_token: {file: new.token}}}}
                  aliases:
                    claude: {targets: [{provider: aws, model: "eu.anthropic.claude-x-v1:0"}]}
                """.formatted(bedrock.url().resolve("/")))
                .limits("{calls_per_minute: 100000}")
                .operator()
                .start();
        alice = ModelAgent.of(gateway);
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        gateway.close();
        bedrock.close();
        assertThat(bedrock.failures()).isEmpty();
    }

    private void know(Account account) {
        accounts.put(account.id(), account);
    }

    private void write(String name, Account account) throws Exception {
        ModelGateways.secret(folder.resolve(name + ".id"), account.id());
        ModelGateways.secret(folder.resolve(name + ".secret"), account.secret());
        if (!account.token().isEmpty()) {
            ModelGateways.secret(folder.resolve(name + ".token"), account.token());
        }
    }

    /** Looks at things in AWS's order: who signs, with which token, and only then at what is asked. */
    private void answer(ModelTurn turn) throws Exception {
        RawRequest request = turn.request();
        AwsSignature signature = AwsSignature.of(request);
        Account account = accounts.get(signature.keyId());
        if (account == null) {
            refuse(turn, 403, "UnrecognizedClientException");
        } else if (!request.header("x-amz-security-token").orElse("").equals(account.token())) {
            refuse(turn, 403, "ExpiredTokenException");
        } else if (!signature.isGood(request, account.secret())) {
            refuse(turn, 403, "InvalidSignatureException");
        } else if (request.text().equals("{}")) {
            refuse(turn, 400, "ValidationException");
        } else {
            turn.answer(200, ANSWER);
        }
    }

    private static void refuse(ModelTurn turn, int status, String name) throws Exception {
        turn.answer(status, "{\"message\":\"no\"}", "x-amzn-errortype: " + name + ":http://internal.amazon.com/");
    }

    /** The ages of secrets are looked up apart from the keys, and believe a file's content for a second. */
    private void filesAreReadAgain() {
        gateway.clock().advance(Duration.ofSeconds(2));
    }

    private int ask() {
        return alice.ask(alice.anthropic("/v1/messages", ASKED)).status();
    }

    private List<String> keysSent() {
        return bedrock.requests().stream()
                .map(request -> AwsSignature.of(request).keyId())
                .toList();
    }

    private String metrics() {
        return gateway.operate("GET", "/metrics", "").text();
    }

    private Ran run(String... arguments) {
        Ran ran = Ran.of(gateway, folder, arguments);
        assertThat(ran.out() + ran.err()).doesNotContain(OLD.id(), OLD.secret(), NEW.id(), NEW.secret(), NEW.token());
        return ran;
    }

    private Ran rotate() {
        return run("credentials", "rotate", "--provider", "aws", "--reason", "incident 12");
    }

    @Test
    void aRotationTriesBothPairsWithoutAskingAModelAndGoesOnWithTheNext() {
        Ran rotated = rotate();

        assertThat(rotated.code()).as(rotated.err() + rotated.out()).isZero();
        assertThat(rotated.out())
                .containsPattern("aws  in use: next  access_key accepted \\(HTTP 400\\)  next accepted \\(HTTP 400\\)"
                        + "  [0-9]+ ms\ntook [0-9]+ ms");
        assertThat(bedrock.requests()).extracting(RawRequest::text).containsExactly("{}", "{}");
        bedrock.clearRequests();
        assertThat(ask()).isEqualTo(200);
        assertThat(keysSent()).as("the next pair was sent at once").containsExactly(NEW.id());
        assertThat(gateway.newRecords(3).getFirst().text("detail.result"))
                .isEqualTo("in use: next, access_key accepted, next accepted");
    }

    @Test
    void theListShowsEachPairByReferenceWithItsAgeItsRotationAndItsRefusals() throws Exception {
        accounts.remove(OLD.id());
        assertThat(ask()).isEqualTo(200);
        rotate();
        gateway.clock().advance(Duration.ofDays(40));
        Account newer = new Account("ASIANEWEREXAMPLE0000", "newer+secret", "newer-token");
        know(newer);
        write("new", newer);
        filesAreReadAgain();
        assertThat(rotate().code()).isZero();
        gateway.clock().advance(Duration.ofDays(51));

        Ran listed = run("credentials", "list");

        assertThat(listed.code()).as("one of them is old").isEqualTo(1);
        assertThat(listed.out())
                .containsPattern("aws  access_key  at rest  91 days OLD  rotated never  refused 3  static\n")
                .containsPattern("aws  next  in use  51 days  rotated [0-9]{4}-[^ ]+Z  refused 0  static\n")
                .doesNotContain(newer.id(), newer.secret(), newer.token());
    }

    @Test
    void aPartOfAPairThatCannotBeReadIsSaidByItsReference() throws Exception {
        Files.delete(folder.resolve("new.token"));
        filesAreReadAgain();

        Ran rotated = rotate();
        Ran listed = run("credentials", "list");

        assertThat(rotated.code()).isZero();
        assertThat(rotated.out()).contains("aws  in use: access_key  access_key accepted (HTTP 400)  next no_key");
        assertThat(listed.code()).isEqualTo(1);
        assertThat(listed.out()).containsPattern("aws  next  at rest .*new\\.token does not exist");
        assertThat(ask()).isEqualTo(200);
    }

    @Test
    void aWrongSecretIsReplacedByTheOtherPairBeforeTheAgentHearsOfIt() {
        know(new Account(OLD.id(), "another secret", ""));

        assertThat(ask()).isEqualTo(200);
        assertThat(keysSent()).containsExactly(OLD.id(), NEW.id());
        bedrock.clearRequests();
        assertThat(ask()).isEqualTo(200);

        assertThat(keysSent()).as("the good pair stays in use").containsExactly(NEW.id());
        assertThat(metrics()).contains(METRIC.formatted("access_key", 1));
    }

    @Test
    void aSessionTokenThatHasExpiredIsReplacedByTheOtherPairAndNotTakenByARotation() {
        assertThat(rotate().code()).isZero();
        know(new Account(NEW.id(), NEW.secret(), "the token after it"));
        bedrock.clearRequests();

        assertThat(ask()).isEqualTo(200);
        assertThat(keysSent()).containsExactly(NEW.id(), OLD.id());
        Ran rotated = rotate();

        assertThat(rotated.code()).isZero();
        assertThat(rotated.out())
                .contains("aws  in use: access_key  access_key accepted (HTTP 400)  next refused (HTTP 403)");
        assertThat(metrics()).contains(METRIC.formatted("next", 2));
    }

    @Test
    void whereNeitherPairIsTakenNothingChangesAndTheAgentReadsNoRefusalOfItsOwnKey() {
        accounts.clear();

        assertThat(ask()).isEqualTo(502);
        Ran rotated = rotate();

        assertThat(rotated.code()).isEqualTo(1);
        assertThat(rotated.out())
                .contains(
                        "aws  NO KEY IS TAKEN, still in use: access_key  access_key refused (HTTP 403)  next refused");
    }

    @Test
    void aPairThatWasRefusedIsReadAnewBeforeItsNextUseHoweverFreshWhatIsKnownOfIt() throws Exception {
        assertThat(ask()).isEqualTo(200);
        accounts.clear();
        Account renewed = new Account("AKIARENEWEDEXAMPLE00", "renewed+secret", "");
        know(renewed);
        write("old", renewed);

        assertThat(ask()).as("what was read a moment ago is sent").isEqualTo(502);
        assertThat(ask()).isEqualTo(200);
        assertThat(keysSent()).containsExactly(OLD.id(), OLD.id(), NEW.id(), renewed.id());
    }

    @Test
    void aPairThatMayNotAskTheModelIsNotGoneOverTo() {
        bedrock.on(MODEL + "/invoke", turn -> {
            if (AwsSignature.of(turn.request()).keyId().equals(NEW.id())) {
                refuse(turn, 403, "AccessDeniedException");
            } else {
                answer(turn);
            }
        });

        Ran rotated = rotate();

        assertThat(rotated.code()).isZero();
        assertThat(rotated.out())
                .contains("aws  in use: access_key")
                .contains("next unknown (HTTP 403, it may not ask eu.anthropic.claude-x-v1:0)");
        assertThat(metrics()).doesNotContain(METRIC.formatted("next", 1));
    }

    @Test
    void keysAreRotatedAndRevokedUnderLoadWithoutAFailedCall() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Set<Integer>>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(threads.submit(() -> {
                    Set<Integer> statuses = new HashSet<>();
                    while (!ended.get()) {
                        statuses.add(ask());
                        answered.incrementAndGet();
                    }
                    return statuses;
                }));
            }
            try {
                more(answered);
                assertThat(rotate().out()).contains("in use: next");
                accounts.remove(OLD.id());
                more(answered);

                Account newest = new Account("AKIANEWESTEXAMPLE000", "newest+secret", "");
                know(newest);
                write("old", newest);
                assertThat(rotate().out()).contains("in use: next  access_key accepted (HTTP 400)");
                accounts.remove(NEW.id());
                more(answered);
                assertThat(keysSent().getLast()).isEqualTo(newest.id());
            } finally {
                ended.set(true);
            }
            for (Future<Set<Integer>> each : callers) {
                assertThat(each.get()).containsExactly(200);
            }
        }
    }

    /** Waits for calls that began after this one was asked for. */
    private static void more(AtomicInteger answered) {
        int before = answered.get();
        Await.until("more calls", () -> answered.get() > before + 20);
    }
}
