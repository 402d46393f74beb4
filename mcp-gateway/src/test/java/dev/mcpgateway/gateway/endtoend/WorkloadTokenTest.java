package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider that knows the gateway by tokens that live for a short time, for each workload its own. */
class WorkloadTokenTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String ANSWER = "{\"id\":\"c\",\"model\":\"acme-large-1\",\"choices\":[]}";
    private static final String METRIC =
            "gateway_credential_auth_failures_total{gateway_credential=\"workload_token\",gateway_provider=\"acme\"} ";

    @TempDir
    Path folder;

    private FakeFederation federation;
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        federation = new FakeFederation(() -> gateway.clock().instant());
        federation.writeKey(folder.resolve("workload.pem"));
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> turn.answer(200, ANSWER))
                .on("/models", turn -> turn.answer(200, "{\"data\":[]}"));
        anthropic = FakeModelServer.start().on("/models", turn -> turn.answer(200, "{\"data\":[]}"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
        federation.close();
    }

    private void start(String how) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic)
                .models(
                        "static: {secret: {file: openai.key}}",
                        "workload_token: {token_url: \"" + federation.url("/token") + "\", " + how + "}")
                // a window that is never open
                .models("signals: {change_windows: [{days: [], from: \"09:00\", to: \"10:00\"}]}")
                .limits("{calls_per_minute: 100000}")
                .operator()
                .start();
        gateway.skipRecords();
    }

    private void startSigning(String more) throws Exception {
        start("grant: jwt_bearer, assertion: {issuer: \"" + FakeFederation.ISSUER + "\", audience: \""
                + FakeFederation.AUDIENCE + "\", private_key: {file: workload.pem}, key_id: k1}" + more);
    }

    private ModelAgent agent(String subject, String client, String tenant) {
        return ModelAgent.of(gateway, subject, Map.of("client_id", client, "tenant", tenant));
    }

    private List<String> sent() {
        return openai.requests().stream()
                .map(request -> request.header("Authorization").orElse(""))
                .toList();
    }

    private List<String> subjects() {
        return federation.asked().stream()
                .map(asked -> asked.claims().getSubject())
                .toList();
    }

    @Test
    void eachWorkloadHasATokenOfItsOwnWhoseAssertionNamesItAndNobodysName() throws Exception {
        startSigning("");

        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(agent("bob", "bot", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(agent("alice", "bot", "globex").chat(CHAT).status()).isEqualTo(200);
        assertThat(agent("alice", "other", "acme").chat(CHAT).status()).isEqualTo(200);

        assertThat(sent()).containsExactly("Bearer issued-1", "Bearer issued-1", "Bearer issued-2", "Bearer issued-3");
        assertThat(subjects())
                .containsExactly(
                        "issuer:corp:tenant:acme:client:bot",
                        "issuer:corp:tenant:globex:client:bot",
                        "issuer:corp:tenant:acme:client:other");
        assertThat(federation.asked().getFirst().claims().getClaims())
                .containsEntry("tenant", "acme")
                .containsEntry("client", "bot")
                .doesNotContainKey("user");
        assertThat(openai.requests().toString()).doesNotContain(ModelGateways.OPENAI_KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway, gateway, 1",
        "tenant, issuer:corp:tenant:acme, 1",
        "caller, issuer:corp:tenant:acme:client:bot:user:alice, 2"
    })
    void theServerIsToldAsMuchOfTheCallerAsTheOperatorWants(String per, String subject, int tokens) throws Exception {
        startSigning(", per: " + per);

        agent("alice", "bot", "acme").chat(CHAT);
        agent("bob", "other", "acme").chat(CHAT);

        assertThat(subjects()).hasSize(tokens).first().isEqualTo(subject);
    }

    @ParameterizedTest
    @CsvSource({
        "client_credentials, client_credentials",
        "jwt_bearer, urn:ietf:params:oauth:grant-type:jwt-bearer",
        "token_exchange, urn:ietf:params:oauth:grant-type:token-exchange"
    })
    void theAssertionIsSentAsTheGrantWantsItWithWhatTheTokenIsFor(String grant, String type) throws Exception {
        start("grant: " + grant + ", client_id: gw, scope: [a, b], audience: pool, assertion: {issuer: \""
                + FakeFederation.ISSUER + "\", audience: \"" + FakeFederation.AUDIENCE
                + "\", private_key: {file: workload.pem}}");

        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(200);

        assertThat(federation.asked().getFirst().form())
                .containsEntry("grant_type", type)
                .containsEntry("client_id", "gw")
                .containsEntry("scope", "a b")
                .containsEntry("audience", "pool");
        assertThat(federation.asked().getFirst().request().header("Authorization"))
                .isEmpty();
    }

    @Test
    void aClientsOwnAssertionIsOfTheClientAndStillNamesTheWorkload() throws Exception {
        federation.trusts("gw");
        start("grant: client_credentials, client_id: gw, assertion: {audience: \"" + FakeFederation.AUDIENCE
                + "\", private_key: {file: workload.pem}}");

        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(200);

        assertThat(subjects()).containsExactly("gw");
        assertThat(federation.asked().getFirst().claims().getClaim("workload"))
                .isEqualTo("issuer:corp:tenant:acme:client:bot");
    }

    @Test
    void aTokenIsAskedForOnceHoweverManyWaitAndAgainBeforeItEnds() throws Exception {
        startSigning("");
        ModelAgent alice = agent("alice", "bot", "acme");
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var _ = threads.submit(() -> statuses.add(alice.chat(CHAT).status()));
            }
        }
        assertThat(statuses).hasSize(20).containsOnly(200);
        assertThat(federation.asked()).hasSize(1);

        gateway.clock().advance(Duration.ofSeconds(700));
        Await.until("the new one is used", () -> {
            agent("alice", "bot", "acme").chat(CHAT);
            return sent().getLast().equals("Bearer issued-2");
        });
        assertThat(federation.asked()).hasSize(2);

        federation.answers(503, "{}");
        gateway.clock().advance(Duration.ofSeconds(896));
        openai.clearRequests();
        assertThat(agent("alice", "bot", "acme").chat(CHAT).status())
                .as("a token that is about to end is not sent")
                .isEqualTo(502);
        assertThat(openai.requests()).isEmpty();
    }

    @Test
    void whereNoTokenIsIssuedNothingIsSentAndItIsCountedAndRecordedAndRaisesASignal() throws Exception {
        startSigning("");
        federation.answers(400, "{\"error\":\"invalid_grant\",\"error_description\":\"s3cret words\"}");

        WireAnswer answer = agent("alice", "bot", "acme").chat(CHAT);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("invalid_grant", "s3cret", "token endpoint");
        assertThat(openai.requests())
                .as("neither with a static key nor without any")
                .isEmpty();
        assertThat(gateway.newSummaries(2)).anyMatch(each -> each.contains("credential_unavailable"));
        assertThat(gateway.operate("GET", "/metrics", "").text()).contains(METRIC + "1\n");

        agent("alice", "bot", "acme").chat(CHAT);
        agent("alice", "bot", "acme").chat(CHAT);
        Await.until(
                "a signal is recorded",
                () -> gateway.records().stream()
                        .anyMatch(found -> found.text("detail.about").equals("acme/workload_token")));
        assertThat(openai.requests()).isEmpty();

        federation.answers(0, "");
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(agent("alice", "bot", "acme").chat(CHAT).status())
                .as("a refusal is remembered for a second")
                .isEqualTo(200);
    }

    @Test
    void anAssertionThatCannotBeSignedIsNoReasonToSendAnythingElse() throws Exception {
        startSigning("");
        Files.delete(folder.resolve("workload.pem"));
        gateway.clock().advance(Duration.ofSeconds(2));

        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(502);

        assertThat(federation.asked()).isEmpty();
        assertThat(openai.requests()).isEmpty();
        assertThat(run("credentials", "rotate", "--provider", "acme", "--reason", "r")
                        .out())
                .contains("NO KEY IS TAKEN", "workload.pem does not exist");
    }

    @Test
    void aTokenThatTheProviderRefusesIsGivenUpForItsWorkloadAlone() throws Exception {
        startSigning("");
        agent("alice", "bot", "acme").chat(CHAT);
        agent("alice", "bot", "globex").chat(CHAT);
        gateway.clock().advance(Duration.ofSeconds(10));
        openai.on("/chat/completions", turn -> {
            boolean isRevoked =
                    turn.request().header("Authorization").orElse("").equals("Bearer issued-1");
            turn.answer(isRevoked ? 401 : 200, isRevoked ? "{\"error\":{}}" : ANSWER);
        });

        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(502);
        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(agent("alice", "bot", "globex").chat(CHAT).status()).isEqualTo(200);

        assertThat(sent().subList(2, 5)).containsExactly("Bearer issued-1", "Bearer issued-3", "Bearer issued-2");
        assertThat(gateway.operate("GET", "/metrics", "").text()).contains(METRIC + "1\n");
    }

    @Test
    void aTokenThatSomebodyElseWritesIsReadWhenItChangesAndIsTheGatewaysAlone() throws Exception {
        start("grant: token_exchange, token: {file: token.jwt}");
        ModelGateways.secret(folder.resolve("token.jwt"), "no.jwt at all");
        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(502);
        assertThat(federation.asked()).isEmpty();

        ModelGateways.secret(folder.resolve("token.jwt"), "eyJhbGciOiJub25lIn0.e30.c2ln");
        gateway.clock().advance(Duration.ofSeconds(3));
        assertThat(agent("alice", "bot", "acme").chat(CHAT).status()).isEqualTo(502);

        assertThat(federation.asked())
                .singleElement()
                .satisfies(asked ->
                        assertThat(asked.form()).containsEntry("subject_token", "eyJhbGciOiJub25lIn0.e30.c2ln"));
    }

    private Ran run(String... arguments) {
        return Ran.of(gateway, folder, arguments);
    }

    @Test
    void theListTellsWhatIsShortLivedFromWhatIsStatic() throws Exception {
        startSigning("");
        Instant begun = gateway.clock().instant();
        agent("alice", "bot", "acme").chat(CHAT);
        Instant issued = gateway.clock().instant();
        gateway.clock().advance(Duration.ofSeconds(10));
        agent("alice", "bot", "globex").chat(CHAT);

        Await.until(
                "all secrets were looked at",
                () -> !run("credentials", "list").out().contains("never read"));
        Ran listed = run("credentials", "list");

        assertThat(listed.out())
                .containsPattern("acme  workload_token  in use  0 days  rotated never  refused 0"
                        + "  short-lived, 2 held, the next ends [0-9-]+T[0-9:.]+Z\n")
                .contains("other  secret  in use  0 days  rotated never  refused 0  static\n")
                .doesNotContain("issued-", "PRIVATE");
        String next = gateway.operate("GET", "/credentials", "").at("/credentials/0/next_end");
        assertThat(Instant.parse(next))
                .as("the older one ends first")
                .isBetween(begun.plusSeconds(900), issued.plusSeconds(900));
    }

    @Test
    void aRotationAsksForANewTokenAndTriesItInTheGatewaysOwnName() throws Exception {
        startSigning("");
        agent("alice", "bot", "acme").chat(CHAT);

        Ran rotated = run("credentials", "rotate", "--provider", "acme", "--reason", "r");

        assertThat(rotated.out()).contains("acme  in use: workload_token  workload_token accepted (HTTP 200)");
        assertThat(subjects()).containsExactly("issuer:corp:tenant:acme:client:bot", "gateway");
        agent("alice", "bot", "acme").chat(CHAT);
        assertThat(openai.requests().stream().map(RawRequest::target).toList()).hasSize(3);
        assertThat(sent()).containsExactly("Bearer issued-1", "Bearer issued-2", "Bearer issued-3");

        federation.answers(401, "{\"error\":\"invalid_client\"}");
        assertThat(run("credentials", "rotate", "--provider", "acme", "--reason", "r")
                        .code())
                .isEqualTo(1);
    }
}
