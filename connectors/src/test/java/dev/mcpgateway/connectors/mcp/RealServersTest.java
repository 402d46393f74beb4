package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.mcp.UpstreamReply.Cancelled;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers that we did not write, from npm: {@code -Dupstreams.npm=DIR}, where DIR holds {@code node_modules} with
 * {@code @modelcontextprotocol/server-everything}, {@code server-filesystem}, {@code server-memory} and {@code server}.
 */
@EnabledIfSystemProperty(
        named = "upstreams.npm",
        matches = ".+",
        disabledReason = "no servers from npm: set -Dupstreams.npm to a folder that holds node_modules")
class RealServersTest {
    private final Bench bench = new Bench();
    private final Path modules = Path.of(System.getProperty("upstreams.npm", ""), "node_modules");

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        bench.close();
    }

    private static String node() {
        for (String entry : System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1)) {
            Path node = Path.of(entry, "node");
            if (Files.isExecutable(node)) {
                return node.toAbsolutePath().toString();
            }
        }
        throw new AssertionError("no node on the PATH");
    }

    private McpUpstream stdio(Map<String, String> environment, String... command) {
        return bench.with(StdioUpstream.of(
                new StdioUpstreamSettings(
                        "fake",
                        List.of(command),
                        environment,
                        Map.of(),
                        Optional.of(folder),
                        EraSetting.AUTO,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        1 << 22,
                        Duration.ofSeconds(1),
                        64,
                        ClientCapabilities.NONE),
                bench.surroundings()));
    }

    private McpUpstream server(String name, Map<String, String> environment, String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = node();
        command[1] = modules.resolve("@modelcontextprotocol/" + name + "/dist/index.js")
                .toString();
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return stdio(environment, command);
    }

    private UpstreamReply call(McpUpstream upstream, String tool, String arguments) {
        return bench.call(
                upstream,
                Bench.call(Bench.modernRequest(tool, arguments), tool, "alice", Duration.ofSeconds(20), 1 << 20));
    }

    private static String result(UpstreamReply reply) {
        assertThat(reply).isInstanceOf(Answered.class);
        Envelope message = ((Answered) reply).message();
        return message.document().raw(message.result());
    }

    /** List, call, progress, error, cancel: what everything must do over every transport. */
    private void everything(McpUpstream upstream) throws UpstreamFault {
        Offer listing = upstream.offer();
        assertThat(listing.list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .contains("echo", "get-sum", "trigger-long-running-operation");
        assertThat(listing.problems()).isEmpty();
        assertThat(listing.revision()).isEqualTo(Revision.V2025_11_25);

        assertThat(result(call(upstream, "echo", "{\"message\":\"grüße\"}"))).contains("Echo: grüße");
        assertThat(result(call(upstream, "get-sum", "{\"a\":2,\"b\":40}"))).contains("42");
        assertThat(result(call(upstream, "get-structured-content", "{\"location\":\"New York\"}")))
                .contains("structuredContent");
        assertThat(result(call(upstream, "get-sum", "{\"a\":\"x\"}"))).contains("\"isError\":true");

        assertThat(result(call(upstream, "trigger-long-running-operation", "{\"duration\":0.6,\"steps\":3}")))
                .contains("completed");
        assertThat(bench.heard)
                .filteredOn(message -> message.method().equals("notifications/progress"))
                .extracting(message -> message.document().raw(message.param(McpNames.PROGRESS_TOKEN))
                        + message.document().raw(message.param(McpNames.PROGRESS)))
                .containsExactly("\"agent-token\"1", "\"agent-token\"2", "\"agent-token\"3");

        var running = Bench.start(() -> upstream.call(
                Bench.call(
                        Bench.modernRequest("trigger-long-running-operation", "{\"duration\":20,\"steps\":200}"),
                        "trigger-long-running-operation",
                        "alice",
                        Duration.ofSeconds(30),
                        1 << 20),
                bench.heard::add));
        int heard = bench.heard.size();
        Await.until("it is under way", () -> bench.heard.size() > heard);
        running.interruptWhileWaiting();
        assertThat(running.result()).isEqualTo(new Cancelled());
        assertThat(result(call(upstream, "echo", "{\"message\":\"after\"}"))).contains("Echo: after");
    }

    @Test
    void everythingOverStdio() throws UpstreamFault {
        everything(server("server-everything", Map.of(), "stdio"));
    }

    @Test
    void everythingOverStreamableHttp() throws UpstreamFault, IOException {
        int port = freePort();
        process(
                Map.of("PORT", "" + port),
                node(),
                modules.resolve("@modelcontextprotocol/server-everything/dist/index.js")
                        .toString(),
                "streamableHttp");
        Await.until("it listens", () -> isOpen(port));

        everything(bench.upstream(URI.create("http://localhost:" + port + "/mcp"), EraSetting.AUTO));
    }

    @Test
    void everythingOverTheOldTransport() throws UpstreamFault, IOException {
        int port = freePort();
        process(
                Map.of("PORT", "" + port),
                node(),
                modules.resolve("@modelcontextprotocol/server-everything/dist/index.js")
                        .toString(),
                "sse");
        Await.until("it listens", () -> isOpen(port));

        everything(bench.with(dev.mcpgateway.connectors.mcp.sdk.SseUpstream.of(
                dev.mcpgateway.connectors.mcp.sdk.SseUpstreamSettings.of(
                        "fake",
                        URI.create("http://localhost:" + port + "/sse"),
                        new dev.mcpgateway.connectors.credential.UpstreamCredential.None()),
                bench.surroundings())));
    }

    @Test
    void filesAreListedReadAndKeptWithinTheirFolder() throws UpstreamFault, IOException {
        Files.writeString(folder.resolve("note.txt"), "from the file");
        McpUpstream upstream =
                server("server-filesystem", Map.of(), folder.toRealPath().toString());

        assertThat(upstream.offer().list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .contains("read_text_file", "list_directory");
        assertThat(result(call(upstream, "list_directory", "{\"path\":\"" + folder.toRealPath() + "\"}")))
                .contains("note.txt");
        assertThat(result(call(upstream, "read_text_file", "{\"path\":\"" + folder.toRealPath() + "/note.txt\"}")))
                .contains("from the file");
        assertThat(result(call(upstream, "read_text_file", "{\"path\":\"/etc/hostname\"}")))
                .contains("\"isError\":true");
    }

    @Test
    void memoryRemembers() throws UpstreamFault {
        McpUpstream upstream = server(
                "server-memory",
                Map.of("MEMORY_FILE_PATH", folder.resolve("memory.jsonl").toString()));

        assertThat(upstream.offer().list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .contains("create_entities", "read_graph");
        result(call(
                upstream,
                "create_entities",
                "{\"entities\":[{\"name\":\"Ada\",\"entityType\":\"person\",\"observations\":[\"wrote programs\"]}]}"));
        assertThat(result(call(upstream, "read_graph", "{}"))).contains("Ada").contains("wrote programs");
        assertThat(Files.exists(folder.resolve("memory.jsonl"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"reject, AUTO, 2026-07-28", "stateless, AUTO, 2026-07-28", "stateless, LEGACY, 2025-11-25"})
    void theSdkOfTheNewRevisionOverHttp(String legacy, EraSetting era, String revision) throws Exception {
        BufferedReader out = process(Map.of(), node(), script(), modules.toString(), "http", legacy);
        int port = Integer.parseInt(out.readLine().replace("PORT ", ""));
        HttpUpstream upstream = bench.upstream(URI.create("http://127.0.0.1:" + port + "/mcp"), era);
        AtomicInteger changes = new AtomicInteger();
        upstream.onOfferChanged(changes::incrementAndGet);

        sdkServer(upstream, revision);

        if (revision.startsWith("2026")) {
            Await.until("changes are heard", () -> changes.get() >= 2);
        }
    }

    @Test
    void theSdkOfTheNewRevisionOverStdio() throws Exception {
        sdkServer(stdio(Map.of(), node(), script(), modules.toString(), "stdio"), "2026-07-28");
    }

    private void sdkServer(McpUpstream upstream, String revision) throws UpstreamFault {
        Offer listing = upstream.offer();
        assertThat(listing.list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .containsExactly("echo", "slow", "hang");
        assertThat(listing.revision().version()).isEqualTo(revision);
        assertThat(listing.problems()).isEmpty();

        assertThat(result(call(upstream, "echo", "{\"text\":\"süd\",\"n\":42}")))
                .contains("süd")
                .contains("42");
        assertThat(call(upstream, "unknown", "{}"))
                .isInstanceOfSatisfying(
                        ProtocolError.class, error -> assertThat(error.code()).isEqualTo(-32602));
        assertThat(result(call(upstream, "slow", "{}"))).contains("done");
        assertThat(bench.heard)
                .extracting(message -> message.document().raw(message.param(McpNames.PROGRESS)))
                .containsExactly("1", "2", "3");

        var running = Bench.start(() -> upstream.call(Bench.call("hang"), ReplyListener.NONE));
        running.interruptWhileWaiting();
        assertThat(running.result()).isEqualTo(new Cancelled());
        assertThat(result(call(upstream, "echo", "{\"text\":\"after\"}"))).contains("after");
    }

    private static String script() throws Exception {
        return Path.of(RealServersTest.class.getResource("sdk-server.mjs").toURI())
                .toString();
    }

    private BufferedReader process(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        bench.with(() -> {
            process.destroyForcibly();
            process.waitFor();
        });
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Of those that no system gives to a connection: neither anybody else's nor that of {@link #isOpen}, to itself, can have it meanwhile. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                return port;
            } catch (BindException taken) {
                // another one, then
            }
        }
    }

    private static boolean isOpen(int port) {
        try (Socket _ = new Socket("localhost", port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
