package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that an authorization server issues: exchanged ones of callers, and the gateway's own. */
class IssuedCredentialTest {
    @TempDir
    Path folder;

    private TokenServer tokens;
    private FakeMcpServer server;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        tokens = new TokenServer();
        tokens.writeKey(folder.resolve("client.pem"));
        server = FakeMcpServer.start(Speaks.BOTH).tool("echo", turn -> turn.result(ToolScript.textResult("hello")));
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        server.close();
        tokens.close();
    }

    private String client() {
        return "token_url: \"" + tokens.url() + "\", client: {id: gw, private_key: {file: client.pem}}";
    }

    private void exchanging(String more) throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", server, "credential: {token_exchange: {issuer: corp, " + client() + more + "}}")
                .start();
    }

    private String sent(String method) {
        return server.requests(method).getLast().header("Authorization").orElse("");
    }

    private static String text(WireAnswer answer) {
        return answer.text();
    }

    @Test
    void theCallersTokenIsExchangedWithTheGatewayAsActor() throws Exception {
        exchanging(", audience: crm, scope: [read, write]");
        TestAgent alice = gateway.agent();

        WireAnswer answer = alice.call("crm__echo", "{}");

        assertThat(answer.firstText()).isEqualTo("hello");
        Map<String, String> asked = tokens.asked("token-exchange").getLast();
        assertThat(asked)
                .containsEntry("subject_token", alice.token())
                .containsEntry("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
                .containsEntry("actor_token_type", "urn:ietf:params:oauth:token-type:access_token")
                .containsEntry("audience", "crm")
                .containsEntry("scope", "read write")
                .doesNotContainKey("resource");
        assertThat(asked.get("actor_token")).startsWith("issued-");
        assertThat(sent("tools/call")).startsWith("Bearer issued-");
        assertThat(server.requests("tools/call").getLast().toString()).doesNotContain(alice.token());
    }

    @Test
    void impersonationSendsNoActor() throws Exception {
        exchanging(", impersonation: true");

        gateway.agent().call("crm__echo", "{}");

        assertThat(tokens.asked("token-exchange").getLast())
                .doesNotContainKey("actor_token")
                .containsEntry("resource", server.url().toString());
    }

    @Test
    void listsAreAskedForInTheGatewaysOwnName() throws Exception {
        exchanging("");

        assertThat(tokens.asked("token-exchange")).isEmpty();
        assertThat(tokens.asked("client_credentials")).hasSize(1);
        assertThat(sent("tools/list")).isEqualTo("Bearer issued-1");
    }

    @Test
    void anIssuedTokenIsKeptForItsCallerAndNobodyElse() throws Exception {
        exchanging("");
        TestAgent alice = gateway.agent();
        TestAgent bob = gateway.agent("bob");
        alice.call("crm__echo", "{}");
        String first = sent("tools/call");

        alice.call("crm__echo", "{}");
        String again = sent("tools/call");
        bob.call("crm__echo", "{}");
        String other = sent("tools/call");

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(tokens.asked("token-exchange")).hasSize(2);
    }

    @Test
    void aTokenIsAskedForOnceHoweverManyWait() throws Exception {
        exchanging("");
        TestAgent alice = gateway.agent();

        List<String> answers = new CopyOnWriteArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var _ = threads.submit(
                        () -> answers.add(alice.call("crm__echo", "{}").firstText()));
            }
        }

        assertThat(answers).hasSize(20).containsOnly("hello");
        assertThat(tokens.asked("token-exchange")).hasSize(1);
    }

    @Test
    void anIssuedTokenNeverOutlivesTheCallers() throws Exception {
        tokens.answers(
                200, token -> "{\"access_token\":\"" + token + "\",\"token_type\":\"bearer\",\"expires_in\":86400}");
        exchanging("");
        long now = gateway.clock().instant().getEpochSecond();
        gateway.agent(claims -> claims.put("exp", now + 40)).call("crm__echo", "{}");
        String first = sent("tools/call");
        gateway.clock().advance(Duration.ofSeconds(50));

        WireAnswer late = gateway.agent(claims -> {
                    claims.put("jti", "same");
                    claims.put("exp", now + 40);
                })
                .call("crm__echo", "{}");

        // within the verifier's tolerance for clocks the caller is let in, but nothing is exchanged any more
        assertThat(late.text()).contains("cannot be reached");
        assertThat(sent("tools/call")).isEqualTo(first);
    }

    @Test
    void whatTheServerRefusesIsSaidToTheOperatorAlone() throws Exception {
        exchanging("");
        tokens.answers(400, _ -> "{\"error\":\"invalid_grant\",\"error_description\":\"s3cret words\"}");
        gateway.skipRecords();

        WireAnswer answer = gateway.agent().call("crm__echo", "{}");

        assertThat(answer.at("/result/isError")).isEqualTo("true");
        assertThat(answer.text()).doesNotContain("invalid_grant", "s3cret", "token endpoint");
        assertThat(server.requests("tools/call")).isEmpty();
        assertThat(gateway.newSummaries(2)).anyMatch(each -> each.contains("credential_unavailable"));
    }

    @Test
    void strangeAnswersAreRefusals() throws Exception {
        exchanging("");
        List<String> answers = List.of(
                "{}",
                "not json",
                "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
                "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
                "{\"access_token\":\"a\",\"token_type\":\"N_A\"}",
                "{\"access_token\":\"a\",\"access_token\":\"b\",\"token_type\":\"Bearer\"}",
                "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":\"60\"}",
                "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":0}",
                "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"issued_token_type\":"
                        + "\"urn:ietf:params:oauth:token-type:refresh_token\"}",
                "{\"access_token\":\"" + "a".repeat(70_000) + "\",\"token_type\":\"Bearer\"}");
        for (String each : answers) {
            tokens.answers(200, _ -> each);

            WireAnswer answer = gateway.agent(claims -> claims.put("jti", "j" + each.hashCode()))
                    .call("crm__echo", "{}");

            assertThat(answer.text()).as(each).contains("cannot be reached");
        }
        tokens.answers(302, _ -> "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}");
        assertThat(text(gateway.agent().call("crm__echo", "{}"))).contains("cannot be reached");
        assertThat(server.requests("tools/call")).isEmpty();
    }

    @Test
    void aTokenThatLetsSomebodyElseActIsNotExchanged() throws Exception {
        exchanging("");

        WireAnswer refused = gateway.agent(claims -> claims.put("may_act", Map.of("sub", "another")))
                .call("crm__echo", "{}");
        WireAnswer allowed = gateway.agent(claims -> {
                    claims.put("jti", "other");
                    claims.put("may_act", Map.of("sub", "gw"));
                })
                .call("crm__echo", "{}");

        assertThat(refused.text()).contains("cannot be reached");
        assertThat(allowed.firstText()).isEqualTo("hello");
        assertThat(tokens.asked("token-exchange")).hasSize(1);
    }

    @Test
    void anActorTokenThatTheServerHasForgottenIsReplacedOnce() throws Exception {
        exchanging("");
        gateway.agent().call("crm__echo", "{}");
        String forgotten = tokens.asked("token-exchange").getLast().get("actor_token");
        gateway.clock().advance(Duration.ofSeconds(10));
        tokens.forgets(forgotten);

        WireAnswer answer = gateway.agent("bob").call("crm__echo", "{}");

        assertThat(answer.firstText()).isEqualTo("hello");
        List<String> actors = tokens.asked("token-exchange").stream()
                .map(each -> each.get("actor_token"))
                .toList();
        assertThat(actors).hasSize(3).startsWith(forgotten, forgotten);
        assertThat(actors.getLast()).isNotEqualTo(forgotten);
        gateway.agent("carol").call("crm__echo", "{}");
        assertThat(tokens.asked("token-exchange").getLast()).containsEntry("actor_token", actors.getLast());
    }

    @Test
    void anActorTokenThatIsNewIsNotBlamedForARefusal() throws Exception {
        exchanging("");
        gateway.agent().call("crm__echo", "{}");
        int before = tokens.asked().size();
        tokens.forgets(tokens.asked("token-exchange").getLast().get("actor_token"));

        WireAnswer answer = gateway.agent("bob").call("crm__echo", "{}");

        assertThat(answer.text()).contains("cannot be reached");
        assertThat(tokens.asked()).hasSize(before + 1);
    }

    @Test
    void whatWasIssuedForACallerWhoIsStoppedIsGivenUpAtOnce() throws Exception {
        gateway = TestGateway.in(folder)
                .operator()
                .upstream("crm", server, "credential: {token_exchange: {issuer: corp, " + client() + "}}")
                .start();
        TestAgent alice = gateway.agent();
        TestAgent bob = gateway.agent("bob");
        for (String stop : List.of(
                "{\"kind\":\"user\",\"value\":\"alice\"",
                "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\"",
                "{\"kind\":\"key\",\"value\":\"some-key\"")) {
            alice.call("crm__echo", "{}");
            String before = sent("tools/call");
            bob.call("crm__echo", "{}");
            String bobs = sent("tools/call");

            WireAnswer stopped = gateway.operate("POST", "/kill", stop + ",\"reason\":\"test\"}");
            String id = stopped.at("/kill/id");
            assertThat(gateway.operate("DELETE", "/kill", "{\"id\":\"" + id + "\",\"reason\":\"test\"}")
                            .status())
                    .isEqualTo(200);
            alice.call("crm__echo", "{}");

            assertThat(sent("tools/call")).as(stop).isNotEqualTo(before);
            bob.call("crm__echo", "{}");
            if (stop.contains("alice")) {
                assertThat(sent("tools/call")).isEqualTo(bobs);
            } else {
                // with which key bob's token was signed is not kept beside it
                assertThat(sent("tools/call")).isNotEqualTo(bobs);
            }
        }
    }

    @Test
    void clientCredentialsAreOneTokenForAllRenewedAhead() throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", server, "credential: {client_credentials: {" + client() + ", scope: crm}}")
                .start();
        gateway.agent().call("crm__echo", "{}");
        gateway.agent("bob").call("crm__echo", "{}");

        assertThat(sent("tools/call")).isEqualTo("Bearer issued-1");
        assertThat(tokens.asked()).hasSize(1);
        assertThat(tokens.asked().getFirst()).containsEntry("scope", "crm");

        gateway.clock().advance(Duration.ofSeconds(95));
        gateway.agent().call("crm__echo", "{}");
        assertThat(sent("tools/call")).isEqualTo("Bearer issued-1");
        Await.until("the new one is used", () -> {
            gateway.agent().call("crm__echo", "{}");
            return sent("tools/call").equals("Bearer issued-2");
        });
        assertThat(tokens.asked()).hasSize(2);
        tokens.answers(500, _ -> "{}");
        gateway.agent().call("crm__echo", "{}");
        assertThat(sent("tools/call")).isEqualTo("Bearer issued-2");

        gateway.clock().advance(Duration.ofSeconds(130));
        int before = server.requests("tools/call").size();
        assertThat(gateway.agent().call("crm__echo", "{}").text()).contains("cannot be reached");
        assertThat(server.requests("tools/call")).hasSize(before);
    }

    @Test
    void theGatewaysOwnKeysThereHaveAnAge() throws Exception {
        gateway = TestGateway.in(folder)
                .operator()
                .upstream("crm", server, "credential: {client_credentials: {" + client() + "}}")
                .start();

        Await.until(
                "all secrets were looked at",
                () -> gateway.operate("GET", "/secrets", "").text().contains("\"age_days\":0"));
        assertThat(gateway.operate("GET", "/secrets", "").json().findValuesAsString("name"))
                .contains("upstreams.crm.credential.client.private_key");
    }
}
