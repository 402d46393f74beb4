package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.credential.SecretVariable;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Busy;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TimedOut;
import dev.mcpgateway.connectors.mcp.UpstreamReply.TooLarge;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Unreachable;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A process as an upstream: its eras, its misbehaviour, its life and death. */
class StdioUpstreamTest {
    private final Bench bench = new Bench();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        bench.close();
    }

    private StdioUpstreamSettings settings(EraSetting era, int lineBytesMax, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("journal=" + folder.resolve("journal"));
        return new StdioUpstreamSettings(
                "fake",
                FakeStdioServer.command(all.toArray(String[]::new)),
                Map.of("CONFIGURED", "yes"),
                Map.of("API_TOKEN", new SecretVariable("X", name -> "s3cret")),
                Optional.of(folder),
                era,
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                lineBytesMax,
                Duration.ofMillis(500),
                64,
                ClientCapabilities.NONE);
    }

    private McpUpstream upstream(String... options) {
        return bench.with(StdioUpstream.of(settings(EraSetting.AUTO, 1 << 21, options), bench.surroundings()));
    }

    private UpstreamReply call(McpUpstream upstream, String tool, String arguments) {
        return bench.call(
                upstream, Bench.call(Bench.legacyRequest(tool, arguments), tool, "alice", Bench.AMPLE, 1 << 20));
    }

    private String text(McpUpstream upstream, String tool) {
        Envelope answer = answer(call(upstream, tool, "{}"));
        return answer.document().raw(answer.result()).replaceAll(".*\"text\":\"(.*)\".*", "$1");
    }

    private static Envelope answer(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        return ((Answered) reply).message();
    }

    private String journal() {
        try {
            return Files.exists(folder.resolve("journal")) ? Files.readString(folder.resolve("journal")) : "";
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    // --- eras

    @ParameterizedTest
    @CsvSource({
        "modern, 2026-07-28",
        "legacy, 2025-06-18",
        "both, 2026-07-28",
        "legacy silent, 2025-06-18",
        "modern late, 2026-07-28"
    })
    void theEraIsFound(String options, String revision) throws UpstreamFault {
        McpUpstream upstream = upstream(options.split(" "));

        Offer listing = upstream.offer();

        assertThat(listing.list(FeatureList.TOOLS)).extracting(Definition::name).containsExactly("echo", "env");
        assertThat(listing.revision()).isEqualTo(Revision.of(revision).orElseThrow());
        assertThat(upstream.status().revision()).isEqualTo(listing.revision());
        assertThat(journal().lines().filter(line -> line.contains("\"server/discover\"")))
                .hasSize(1);
        boolean initialized = journal().contains("notifications/initialized");
        assertThat(initialized).isEqualTo(!revision.startsWith("2026"));
    }

    @Test
    void aConfiguredLegacyEraIsNotAskedFor() throws UpstreamFault {
        McpUpstream upstream =
                bench.with(StdioUpstream.of(settings(EraSetting.LEGACY, 1 << 20, "legacy"), bench.surroundings()));

        upstream.offer();

        assertThat(journal()).doesNotContain("server/discover").contains("\"initialize\"");
    }

    @Test
    void aConfiguredModernEraIsNotAskedFor() throws UpstreamFault {
        McpUpstream upstream =
                bench.with(StdioUpstream.of(settings(EraSetting.MODERN, 1 << 20, "modern"), bench.surroundings()));

        upstream.offer();

        assertThat(journal()).contains("server/discover").doesNotContain("\"initialize\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "legacy"})
    void argumentsKeepTheirBytesAndMetadataFitsTheEra(String era) {
        String arguments = "{ \"n\": 12345678901234567890, \"f\":1.10,\n \"s\":\"\\u00e9\\n\"}";
        McpUpstream upstream = upstream(era);

        Envelope answer = answer(bench.call(
                upstream, Bench.call(Bench.modernRequest("echo", arguments), "echo", "alice", Bench.AMPLE, 1 << 20)));

        String oneLine = arguments.replace('\n', ' ');
        assertThat(answer.document().raw(answer.result())).contains("\"args\":" + oneLine);
        String sent = journal()
                .lines()
                .filter(line -> line.contains("tools/call"))
                .findFirst()
                .orElseThrow();
        assertThat(sent)
                .contains("\"name\":\"echo\"")
                .contains(oneLine)
                .doesNotContain("fake__")
                .doesNotContain("agent-1");
        assertThat(sent.contains("io.modelcontextprotocol/protocolVersion")).isEqualTo(era.equals("modern"));
    }

    // --- calls

    @Test
    void concurrentCallsAreToldApartByTheirIds() {
        McpUpstream upstream = upstream("legacy");

        var calls = IntStream.range(0, 50)
                .mapToObj(i -> Bench.start(() -> {
                    String arguments = "{\"ms\":" + (50 - i) + "}";
                    UpstreamCall call = Bench.call(
                            Bench.legacyRequest("later", arguments), "later", "user-" + i, Bench.AMPLE, 1 << 20);
                    Envelope answer = answer(upstream.call(call, ReplyListener.NONE));
                    return answer.document().raw(answer.result()).contains("\"args\":" + arguments);
                }))
                .toList();

        assertThat(calls).allMatch(Bench.Running::result);
        assertThat(upstream.status().dropped()).isZero();
    }

    @Test
    void progressComesToItsOwnCallerWithHisToken() {
        McpUpstream upstream = upstream("modern");

        answer(call(upstream, "progress", "{}"));

        assertThat(bench.heard)
                .extracting(message -> message.document().raw(message.param(McpNames.PROGRESS_TOKEN)) + "/"
                        + message.document().raw(message.param(McpNames.PROGRESS)))
                .containsExactly("5/1", "5/2", "5/3");
    }

    @Test
    void linesThatAreNoMessagesAreToleratedAndCounted() {
        McpUpstream upstream = upstream("legacy");

        Envelope answer = answer(call(upstream, "garbage", "{}"));

        assertThat(answer.document().raw(answer.result())).isEqualTo("{\"content\":[]}");
        Await.until("all odd lines were counted", () -> upstream.status().dropped() == 6);
        answer(call(upstream, "echo", "{}"));
    }

    @Test
    void aLogMessageOfUnknownOriginGoesToNobody() {
        McpUpstream upstream = upstream("modern");

        answer(call(upstream, "log", "{}"));

        assertThat(bench.heard).isEmpty();
        assertThat(upstream.status().dropped()).isEqualTo(1);
    }

    @Test
    void aLegacyServersPingIsAnsweredAndItsQuestionRefused() {
        McpUpstream upstream = upstream("legacy");

        answer(call(upstream, "ask", "{}"));
        answer(call(upstream, "echo", "{}"));

        assertThat(journal())
                .contains("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")
                .contains("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"error\":{\"code\":-32601");
    }

    @Test
    void aModernServerGetsNoResponses() {
        McpUpstream upstream = upstream("modern");

        answer(call(upstream, "ask", "{}"));
        answer(call(upstream, "echo", "{}"));

        assertThat(journal()).doesNotContain("-32601").doesNotContain("\"result\":");
        assertThat(upstream.status().dropped()).isEqualTo(1);
    }

    @Test
    void anErrorIsAProtocolErrorWithoutAStatus() {
        assertThat(call(upstream("modern"), "unknown", "{}")).isInstanceOfSatisfying(ProtocolError.class, error -> {
            assertThat(error.code()).isEqualTo(-32602);
            assertThat(error.httpStatus()).isZero();
        });
    }

    @Test
    void anAnnouncedChangeIsHeard() {
        AtomicInteger changes = new AtomicInteger();
        McpUpstream upstream = upstream("legacy");
        upstream.onOfferChanged(changes::incrementAndGet);

        answer(call(upstream, "changed", "{}"));

        assertThat(changes).hasValue(1);
    }

    @Test
    void aModernServerIsListenedTo() throws UpstreamFault {
        upstream("modern").offer();

        Await.until("the subscription was sent", () -> journal().contains("subscriptions/listen"));
        assertThat(journal()).contains("\"toolsListChanged\":true");
    }

    @Test
    void aReplyBeyondTheCallsBoundIsTooLarge() {
        McpUpstream upstream = upstream("modern");

        assertThat(call(upstream, "big", "{\"n\":1048577}")).isEqualTo(new TooLarge(1 << 20));
        answer(call(upstream, "big", "{\"n\":100000}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "bigidlast"})
    void aLineBeyondTheChannelsBoundIsTooLargeForItsCallAlone(String tool) {
        McpUpstream upstream = upstream("modern");
        var other = Bench.start(() -> upstream.call(
                Bench.call(Bench.legacyRequest("later", "{\"ms\":800}"), "later", "bob", Bench.AMPLE, 1 << 20),
                ReplyListener.NONE));

        assertThat(call(upstream, tool, "{\"n\":5000000}")).isEqualTo(new TooLarge(1 << 20));

        answer(other.result());
        assertThat(upstream.status().restarts()).isZero();
    }

    @Test
    void anInterruptIsToldToTheServer() {
        McpUpstream upstream = upstream("modern");
        answer(call(upstream, "echo", "{}"));
        var call = Bench.start(() -> upstream.call(
                Bench.call(Bench.legacyRequest("hang", "{}"), "hang", "alice", Bench.AMPLE, 1000), ReplyListener.NONE));
        Await.until("the call has arrived", () -> journal().contains("\"hang\""));

        call.interruptWhileWaiting();

        assertThat(call.result()).isEqualTo(new Cancelled());
        Await.until("the server is told", () -> journal().contains("notifications/cancelled"));
    }

    @Test
    void aTimeoutIsToldToTheServerAndALateAnswerDropped() {
        McpUpstream upstream = upstream("modern");
        answer(call(upstream, "echo", "{}"));

        UpstreamReply reply = bench.call(
                upstream,
                Bench.call(Bench.legacyRequest("later", "{\"ms\":4000}"), "later", "alice", Bench.SHORT, 1000));

        assertThat(reply).isEqualTo(new TimedOut());
        Await.until("the server is told", () -> journal().contains("notifications/cancelled"));
        Await.until("the late answer is dropped", () -> upstream.status().dropped() == 1);
    }

    @Test
    void aServerThatDoesNotReadMakesCallsBusyAndNotStuck() {
        McpUpstream upstream = upstream("modern");
        answer(call(upstream, "notreading", "{}"));
        String megabyte = "{\"x\":\"" + "y".repeat(1 << 20) + "\"}";
        UpstreamReply last = new TimedOut();

        for (int i = 0; i < 30 && last instanceof TimedOut; i++) {
            last = bench.call(
                    upstream,
                    Bench.call(Bench.legacyRequest("echo", megabyte), "echo", "alice", Duration.ofMillis(20), 1000));
        }

        assertThat(last).isInstanceOf(Busy.class);
    }

    // --- the process

    @Test
    void theEnvironmentIsCleanButForWhatIsConfigured() {
        String environment = text(upstream("modern"), "env");

        assertThat(environment)
                .contains("CONFIGURED=yes")
                .contains("API_TOKEN=s3cret")
                .contains("PATH=/usr/local/bin:/usr/bin:/bin")
                .contains("LANG=C.UTF-8")
                .doesNotContain("HOME=")
                .doesNotContain("USER=")
                .doesNotContain("JAVA_HOME=");
        assertThat(environment.split("=", -1).length - 1).isEqualTo(4);
    }

    @Test
    void theWorkingDirectoryIsTheConfiguredOne() throws IOException {
        assertThat(Path.of(text(upstream("modern"), "cwd")).toRealPath()).isEqualTo(folder.toRealPath());
    }

    @Test
    void aSecretThatIsMissingStopsTheStartAndIsNamed() {
        StdioUpstreamSettings all = settings(EraSetting.MODERN, 1 << 20, "modern");
        McpUpstream upstream = bench.with(StdioUpstream.of(
                new StdioUpstreamSettings(
                        all.alias(),
                        all.command(),
                        all.environment(),
                        Map.of("API_TOKEN", new SecretVariable("MISSING_TOKEN", _ -> null)),
                        all.workingDirectory(),
                        all.era(),
                        all.startTimeout(),
                        all.probeTimeout(),
                        all.listTimeout(),
                        all.lineBytesMax(),
                        all.exitTimeout(),
                        all.jsonDepthMax(),
                        ClientCapabilities.NONE),
                bench.surroundings()));

        assertThat(catchThrowableOfType(UpstreamFault.class, upstream::offer)).hasMessageContaining("MISSING_TOKEN");
        assertThat(journal()).isEmpty();
    }

    @Test
    void aProgramThatDoesNotExistIsNamed() {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of("fake", List.of("/no/such/program"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));

        assertThat(catchThrowableOfType(UpstreamFault.class, upstream::offer)).hasMessageContaining("/no/such/program");
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
    }

    @Test
    void aProgramThatEndsAtOnceIsDownWithItsExitCode() {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of("fake", List.of("/bin/sh", "-c", "exit 7"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));

        assertThat(catchThrowableOfType(UpstreamFault.class, upstream::offer)).hasMessageContaining("exit code 7");
        assertThat(call(upstream, "echo", "{}")).isInstanceOfSatisfying(Unreachable.class, reply -> {
            assertThat(reply.mayHaveRun()).isFalse();
            assertThat(reply.why()).contains("exit code 7");
        });
    }

    @ParameterizedTest
    @CsvSource({"die, exit code 3", "halfline, exit code 4"})
    void aProcessThatDiesTakesItsCallsWithItAndIsStartedAgain(String tool, String reason) {
        AtomicInteger changes = new AtomicInteger();
        McpUpstream upstream = upstream("modern");
        upstream.onOfferChanged(changes::incrementAndGet);
        String before = text(upstream, "pid");
        var other = Bench.start(() -> upstream.call(
                Bench.call(Bench.legacyRequest("hang", "{}"), "hang", "bob", Bench.AMPLE, 1000), ReplyListener.NONE));
        Await.until("another call is under way", () -> journal().contains("\"hang\""));

        UpstreamReply reply = call(upstream, tool, "{}");

        assertThat(reply).isInstanceOfSatisfying(Unreachable.class, unreachable -> {
            assertThat(unreachable.why()).contains(reason);
            assertThat(unreachable.mayHaveRun()).isTrue();
        });
        assertThat(other.result()).isEqualTo(reply);
        assertThat(upstream.status().health()).isEqualTo(Health.DOWN);
        bench.pass(Duration.ofMinutes(2));
        Await.until("it runs again by itself", () -> upstream.status().restarts() == 1);
        Await.until("its tools are taken for changed", () -> changes.get() >= 1);
        assertThat(text(upstream, "pid")).isNotEqualTo(before);
        assertThat(upstream.status().health()).isEqualTo(Health.UP);
    }

    @Test
    void callsDuringThePauseBeforeARestartFailAtOnce() {
        McpUpstream upstream = bench.with(StdioUpstream.of(
                StdioUpstreamSettings.of("fake", List.of("/bin/false"), Map.of(), EraSetting.AUTO),
                bench.surroundings()));
        for (int i = 0; i < 3; i++) {
            call(upstream, "echo", "{}");
            bench.pass(Duration.ofMinutes(2));
        }
        call(upstream, "echo", "{}");
        long start = System.nanoTime();

        for (int i = 0; i < 100; i++) {
            assertThat(call(upstream, "echo", "{}")).isInstanceOf(Unreachable.class);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aServerThatClosesItsOutputIsEndedAndStartedAgain() {
        McpUpstream upstream = upstream("modern");
        long pid = Long.parseLong(text(upstream, "pid"));

        assertThat(call(upstream, "closestdout", "{}")).isInstanceOf(Unreachable.class);

        Await.until("the process is gone", () -> ProcessHandle.of(pid).isEmpty());
        bench.pass(Duration.ofMinutes(2));
        Await.until("it runs again", () -> upstream.status().restarts() == 1);
    }

    @Test
    void closingEndsTheProcessByTheEndOfItsInput() {
        McpUpstream upstream = upstream("modern");
        long pid = Long.parseLong(text(upstream, "pid"));

        upstream.close();

        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(journal()).endsWith("end of input\n");
        assertThat(call(upstream, "echo", "{}")).isInstanceOf(Unreachable.class);
    }

    @Test
    void aStubbornProcessIsKilled() {
        McpUpstream upstream = upstream("modern", "stubborn");
        long pid = Long.parseLong(text(upstream, "pid"));
        long start = System.nanoTime();

        upstream.close();

        Await.until("the process is gone", () -> ProcessHandle.of(pid).isEmpty());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aProcessThatIgnoresSigtermIsKilled(@TempDir Path other) throws IOException {
        Path script = other.resolve("server.sh");
        Files.writeString(script, """
                trap '' TERM
                echo $$ > pid
                while read -r line; do echo '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}'; done
                while true; do sleep 1; done
                """);
        StdioUpstreamSettings all = settings(EraSetting.MODERN, 1 << 20, "modern");
        McpUpstream upstream = bench.with(StdioUpstream.of(
                new StdioUpstreamSettings(
                        "fake",
                        List.of("/bin/sh", script.toString()),
                        Map.of(),
                        Map.of(),
                        Optional.of(other),
                        EraSetting.AUTO,
                        all.startTimeout(),
                        all.probeTimeout(),
                        all.listTimeout(),
                        all.lineBytesMax(),
                        Duration.ofMillis(300),
                        64,
                        ClientCapabilities.NONE),
                bench.surroundings()));
        bench.call(upstream, Bench.call("echo", "alice", Bench.SHORT));
        Await.until("it runs", () -> Files.exists(other.resolve("pid")));
        long pid = Long.parseLong(Files.readString(other.resolve("pid")).strip());
        assertThat(ProcessHandle.of(pid)).isPresent();

        upstream.close();

        Await.until(
                "the process is gone",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void whatAProcessStartedEndsWithIt() {
        McpUpstream upstream = upstream("modern");
        long child = Long.parseLong(text(upstream, "child"));
        assertThat(ProcessHandle.of(child)).isPresent();

        upstream.close();

        Await.until(
                "the child is gone",
                () -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void aNoisyErrorStreamDoesNotStopTheServer() {
        McpUpstream upstream = upstream("modern");

        for (int i = 0; i < 30; i++) {
            answer(call(upstream, "stderr", "{}"));
        }
    }

    @Test
    void aCommandWithoutAnAbsolutePathIsAConfigurationError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StdioUpstreamSettings.of("fake", List.of("node", "x"), Map.of(), EraSetting.AUTO))
                .withMessageContaining("absolute path");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StdioUpstreamSettings.of("fake", List.of(), Map.of(), EraSetting.AUTO));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        StdioUpstreamSettings.of("fake", List.of("/bin/true"), Map.of("A=B", "x"), EraSetting.AUTO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a__b", "a_", "_a", "a b", "ä", "a.b", "x123456789012345678901234567890123"})
    void anAliasThatCouldConfuseToolNamesIsAConfigurationError(String alias) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StdioUpstreamSettings.of(alias, List.of("/bin/true"), Map.of(), EraSetting.AUTO));
    }

    @Test
    void aStartThatTakesLongerThanItsFirstCallGoesOnForTheNext() {
        McpUpstream upstream = upstream("legacy", "silent");

        assertThat(bench.call(upstream, Bench.call("echo", "alice", Duration.ofMillis(50))))
                .isInstanceOfSatisfying(
                        Unreachable.class,
                        reply -> assertThat(reply.mayHaveRun()).isFalse());

        answer(call(upstream, "echo", "{}"));
        assertThat(journal().lines().filter(line -> line.contains("\"initialize\"")))
                .hasSize(1);
    }
}
