package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.StartRefused;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input of every kind: a clear error to the right person, a record where a call is concerned, no harm to others. */
class BadInputTest {
    @TempDir
    Path folder;

    private final Semaphore mayAnswer = new Semaphore(0);
    private final CountDownLatch slowIsAsked = new CountDownLatch(1);
    private final CountDownLatch slowIsGone = new CountDownLatch(1);
    private FakeMcpServer crm;

    @BeforeEach
    void startUpstream() {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("large", ToolScript.text("x".repeat(200_000)))
                .tool("waiting", turn -> {
                    slowIsAsked.countDown();
                    mayAnswer.acquire();
                    turn.result(ToolScript.textResult("done"));
                })
                .tool("hanging", turn -> {
                    slowIsAsked.countDown();
                    ToolScript.hanging(slowIsGone::countDown).answer(turn);
                });
    }

    @AfterEach
    void stopUpstream() {
        mayAnswer.release(100);
        crm.close();
    }

    private static void assertOthersAreServed(TestGateway gateway) {
        assertThat(gateway.agent("somebody-else").call("crm__echo", "{}").firstText())
                .isEqualTo("hello");
    }

    @Test
    void aWrongConfigurationIsExplainedAndNothingStarts() throws Exception {
        Path file = TestGateway.in(folder)
                .upstream("crm", "{transport: streamable_http, url: \"https://crm.example/mcp\", era: ancient}")
                .limits("{request_bytes: lots}")
                .write();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int exit = Commands.run(
                new String[] {"serve", "--config", file.toString()},
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(4)
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:7:", "/limits/request_bytes"))
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:9:", "/upstreams/crm/era"))
                .anySatisfy(line -> assertThat(line).contains("gateway.yaml:9:", "/upstreams/crm", "credential: none"))
                .last(org.assertj.core.api.InstanceOfAssertFactories.STRING)
                .isEqualTo("not started: 3 problems");
        assertThat(folder.resolve("audit")).as("nothing was begun").doesNotExist();
    }

    @Test
    void aWrongPolicyIsExplainedAndNothingStarts() {
        assertThatThrownBy(() -> TestGateway.in(folder)
                        .upstream("crm", crm)
                        .policy("version: 1\nrules:\n  - {id: A, effect: permit, resources: [crm__echo]}\n")
                        .start())
                .isInstanceOfSatisfying(
                        StartRefused.class,
                        refused -> assertThat(refused.problems())
                                .extracting(problem -> problem.file().endsWith("policy.yaml") + " " + problem.line())
                                .containsExactly("true 3", "true 3"));
    }

    @Test
    void anUnreachableUpstreamHarmsItsOwnToolsOnly() throws Exception {
        FakeMcpServer dead = FakeMcpServer.start(Speaks.MODERN).tool("ping", ToolScript.text("pong"));
        try (var gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .upstream("dead", dead)
                .upstream(
                        "never",
                        "{transport: streamable_http, url: \"http://127.0.0.1:9/mcp\", credential: none,"
                                + " allow_networks: [127.0.0.0/8]}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[\"*\"]"))
                .limits("{refresh_interval_s: 1}")
                .start()) {
            dead.close();

            WireAnswer answer = gateway.agent().call("dead__ping", "{}");

            assertThat(answer.refusalCode()).isEqualTo("upstream_down");
            assertThat(gateway.newSummaries(2))
                    .containsExactly(
                            "tool.call.intent dead__ping", "tool.call.outcome unreachable upstream_down dead__ping");
            assertOthersAreServed(gateway);
            assertThat(gateway.agent().list().text())
                    .as("the last good list stays")
                    .contains("dead__ping", "crm__echo");
            Await.until(
                    "the operator is told",
                    () -> gateway.admin("/version").at("/upstream_problems").contains("dead since"));
            assertThat(gateway.admin("/version").at("/upstream_problems")).contains("never since");
            assertThat(gateway.notReady())
                    .as("one dead upstream does not take all traffic away")
                    .isEmpty();
        }
    }

    @Test
    void anExpiredKeyIsRefusedWhenTheIssuerWithdrewIt() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            gateway.issuer().publish(gateway.issuer().rsa());
            gateway.issuer().writeTo(folder.resolve("jwks.json"));
            gateway.clock().advance(Duration.ofSeconds(2));

            WireAnswer answer = gateway.agent("never-seen-before").call("crm__echo", "{}");

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).as("not why").contains("The access token is not valid here.");
            assertThat(gateway.newSummaries(1)).containsExactly("auth.denied IDENTIFY bad_token");
            assertThat(crm.requests("tools/call")).isEmpty();
        }
    }

    @Test
    void aTokenOfAWithdrawnKeyIsRefusedAlsoWhenItIsRemembered() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            TestAgent agent = gateway.agent();
            assertThat(agent.list().status()).isEqualTo(200);

            gateway.issuer().publish(gateway.issuer().rsa());
            gateway.issuer().writeTo(folder.resolve("jwks.json"));
            gateway.clock().advance(Duration.ofSeconds(2));

            assertThat(agent.list().status()).isEqualTo(401);
        }
    }

    @Test
    void aMissingKeySetIsNotTheCallersFault() throws Exception {
        try (var gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .section("issuers", "{corp: {issuer: \"https://id.example\", jwks: {file: missing.json}}}")
                .start()) {
            WireAnswer answer = gateway.agent().call("crm__echo", "{}");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isPresent();
            assertThat(answer.header("WWW-Authenticate"))
                    .as("no reason to ask for a new token")
                    .isEmpty();
            assertThat(gateway.notReady()).singleElement().asString().contains("missing.json");
        }
    }

    @Test
    void aFullDiskStopsCallsAndSaysSo() throws Exception {
        Path volume = Files.createDirectory(folder.resolve("volume"));
        assumeTrue(mounted(volume), "a small volume can be mounted by root only");
        try (var gateway = TestGateway.in(folder.resolve("gw"))
                .upstream("crm", crm)
                .section("audit", "{dir: " + volume + ", origin: audit.test/gw, signing_key: {file: keys/signing.pem}}")
                .start()) {
            assertOthersAreServed(gateway);

            Files.write(volume.resolve("filler"), new byte[40 << 20]);
            Await.until(
                    "the log sees that the volume is full",
                    () -> gateway.agent().list().status() == 503);
            crm.clearRequests();
            WireAnswer answer = gateway.agent().call("crm__echo", "{}");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isPresent();
            assertThat(crm.requests("tools/call")).isEmpty();
            assertThat(gateway.notReady()).singleElement().asString().contains("bytes free", "make room and restart");
        } finally {
            run("umount", volume.toString());
        }
    }

    private static boolean mounted(Path volume) throws Exception {
        return "root".equals(System.getProperty("user.name"))
                && run("mount", "-t", "tmpfs", "-o", "size=290m", "tmpfs", volume.toString()) == 0;
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void brokenJsonIsRefusedWithItsPlaceAndNothingOfItsContent() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            WireRequest good = gateway.agent().calling("crm__echo", "{}");
            String body = new String(good.body(), StandardCharsets.UTF_8);

            WireAnswer answer = gateway.send(good.body(body.substring(0, body.length() - 1) + "canary-7"));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.errorCode()).isEqualTo(-32700);
            assertThat(answer.at("/error/message")).startsWith("Parse error").contains("at byte ");
            assertThat(answer.text()).doesNotContain("canary");
            assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ not_json");
            assertThat(gateway.records())
                    .noneSatisfy(found -> assertThat(found.json()).contains("canary"));
            assertOthersAreServed(gateway);
        }
    }

    @Test
    void anythingOversizedIsRefusedByItsOwnLimit() throws Exception {
        try (var gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{request_bytes: 65536, header_bytes: 8192, arguments_bytes: 4096, result_bytes: 100000}")
                .start()) {
            TestAgent agent = gateway.agent();

            WireAnswer head = agent.send(agent.calling("crm__echo", "{}").plus("X-Filler", "x".repeat(9_000)));
            WireAnswer target = agent.send(agent.listing().line("POST /mcp?" + "x".repeat(9_000) + " HTTP/1.1"));
            WireAnswer body = agent.call("crm__echo", "{\"a\":\"" + "x".repeat(70_000) + "\"}");
            WireAnswer arguments = agent.call("crm__echo", "{\"a\":\"" + "x".repeat(5_000) + "\"}");
            WireAnswer result = agent.call("crm__large", "{}");

            assertThat(head.status()).isEqualTo(431);
            assertThat(target.status()).isIn(414, 431);
            assertThat(body.status()).isEqualTo(413);
            assertThat(arguments.refusalCode()).isEqualTo("arguments_too_large");
            assertThat(arguments.firstText()).contains("5008 bytes, at most 4096 are allowed");
            assertThat(result.refusalCode()).isEqualTo("result_too_large");
            assertThat(result.firstText())
                    .contains("The call was executed", "at most 100000 are passed on", "Ask for less");
            assertThat(crm.requests("tools/call")).hasSize(1);
            assertThat(gateway.newSummaries(4))
                    .containsExactly(
                            "mcp.request.denied READ too_large",
                            "tool.call.denied CHECK arguments_too_large crm__echo",
                            "tool.call.intent crm__large",
                            "tool.call.outcome too_large result_too_large crm__large");
            assertOthersAreServed(gateway);
        }
    }

    @Test
    void aClientThatVanishesInItsBodyLeavesARecord() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            byte[] request = gateway.agent()
                    .calling("crm__echo", "{\"a\":\"" + "x".repeat(1_000) + "\"}")
                    .bytes();
            try (WireClient client = gateway.connect()) {
                client.send(java.util.Arrays.copyOf(request, request.length - 500));
                client.reset();
            }

            assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ broken_body");
            assertThat(crm.requests("tools/call")).isEmpty();
            assertOthersAreServed(gateway);
        }
    }

    @Test
    void aClientThatVanishesDuringItsCallLeavesAnOutcome() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            try (WireClient client = gateway.connect()) {
                client.send(gateway.agent().calling("crm__waiting", "{}").bytes());
                assertThat(slowIsAsked.await(10, TimeUnit.SECONDS)).isTrue();
                client.reset();
            }
            assertOthersAreServed(gateway);
            mayAnswer.release();

            assertThat(gateway.newSummaries(4))
                    .anySatisfy(each -> assertThat(each).startsWith("tool.call.intent crm__waiting"))
                    .anySatisfy(each ->
                            assertThat(each).startsWith("tool.call.outcome").endsWith("crm__waiting"));
        }
    }

    @Test
    void aModernClientThatVanishesCancelsItsCall() throws Exception {
        try (var gateway = TestGateway.in(folder).upstream("crm", crm).start()) {
            try (WireClient client = gateway.connect()) {
                client.send(gateway.agent().calling("crm__hanging", "{}").bytes());
                assertThat(slowIsAsked.await(10, TimeUnit.SECONDS)).isTrue();
                client.reset();
            }

            assertThat(slowIsGone.await(10, TimeUnit.SECONDS))
                    .as("the upstream is told")
                    .isTrue();
            assertThat(gateway.newSummaries(2))
                    .containsExactly(
                            "tool.call.intent crm__hanging", "tool.call.outcome cancelled cancelled crm__hanging");
        }
    }

    @Test
    void aClientThatVanishesInTheMiddleOfItsHeadersLeavesNothingBehind() throws Exception {
        try (var gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{connections: 4}")
                .start()) {
            for (int i = 0; i < 20; i++) {
                try (WireClient client = gateway.connect()) {
                    client.send("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1");
                    client.reset();
                }
            }

            Await.until("its connections are free again", () -> {
                try {
                    return gateway.agent().call("crm__echo", "{}").status() == 200;
                } catch (java.io.UncheckedIOException refused) {
                    return false;
                }
            });
        }
    }

    @Test
    void aStoppingGatewayFinishesWhatIsUnderWay() throws Exception {
        AtomicInteger status = new AtomicInteger();
        TestGateway gateway = TestGateway.in(folder).upstream("crm", crm).start();
        Thread caller = Thread.ofVirtual()
                .start(() ->
                        status.set(gateway.agent().call("crm__waiting", "{}").status()));
        assertThat(slowIsAsked.await(10, TimeUnit.SECONDS)).isTrue();

        Thread stopping = Thread.ofVirtual().start(gateway::close);
        Await.until("it takes no new traffic", () -> gateway.notReady().contains("process: shutting down"));
        mayAnswer.release();
        stopping.join();
        caller.join();

        assertThat(status.get()).isEqualTo(200);
        assertThat(gateway.records().stream().map(TestGateway::summary))
                .containsSubsequence(
                        "tool.call.intent crm__waiting",
                        "tool.call.outcome ok crm__waiting",
                        "log.closed closed by the gateway");
    }
}
