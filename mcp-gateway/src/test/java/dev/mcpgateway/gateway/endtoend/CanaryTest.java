package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.cli.Commands;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.TestProver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A canary in every place that holds a secret, and then everything that the gateway says: answers, log lines at every
 * level, spans, metrics, audit records, its commands, its configuration as text. No canary is in any of it.
 */
class CanaryTest {
    private static final String OPERATOR = "canary-operator-7f3a91";
    private static final String UPSTREAM = "canary-upstream-55d0c2";
    private static final String ENVIRONMENT = "canary-environment-e81b07";
    private static final String ARGUMENT = "canary-argument-20c4aa";
    private static final String COOKIE = "canary-cookie-913e5d";
    private static final String CLAIM = "canary-claim-b6620f";

    /** Libraries that print whole requests below this level; the shipped configuration keeps them at it. */
    private static final List<String> QUIET = List.of("org.eclipse.jetty", "org.apache.hc");

    @TempDir
    Path folder;

    private final Map<String, String> said = new LinkedHashMap<>();
    private final Queue<String> spans = new ConcurrentLinkedQueue<>();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<Logger> quiet =
            QUIET.stream().map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
    private Level levelBefore;
    private Appender<ILoggingEvent> console;
    private FakeMcpServer crm;
    private RawServer receiver;
    private RawServer refusing;
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        levelBefore = root.getLevel();
        lines.start();
        console = root.getAppender("stderr");
        root.detachAppender(console);
        root.addAppender(lines);
        root.setLevel(Level.TRACE);
        quiet.forEach(logger -> logger.setLevel(Level.WARN));
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("broken", turn -> turn.connection().reset());
        receiver = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                spans.add(next.get().toString());
                connection.answer(200, "application/x-protobuf", "");
            }
        });
        refusing = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                connection.answer(
                        401,
                        "text/plain",
                        "who is " + next.get().header("X-Api-Key").orElse(""));
            }
        });
        secret("ops.token", OPERATOR);
        secret("crm.secret", UPSTREAM);
        secret("env.secret", ENVIRONMENT);
        String command = FakeStdioServer.command("modern").stream()
                .map(part -> "\"" + part + "\"")
                .collect(Collectors.joining(", "));
        gateway = TestGateway.in(folder)
                .section(
                        "admin",
                        "{host: 127.0.0.1, port: 0, tokens: [{name: ops, secret: {file: ops.token}, roles: [operator]}]}")
                .section("telemetry", "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100}")
                .upstream("crm", crm, "credential: {static: {header: X-Api-Key, secret: {file: crm.secret}}}")
                .upstream(
                        "refusing",
                        "{transport: streamable_http, url: \"http://127.0.0.1:" + refusing.port()
                                + "/mcp\", credential: {static: {header: X-Api-Key, secret: {file: crm.secret}}}}")
                .upstream(
                        "local",
                        "{transport: stdio, command: [" + command
                                + "], env: {TOKEN: {secret: {file: env.secret}}}, credential: none}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, local__*, refusing__*]"))
                .start();
    }

    private void secret(String name, String value) throws IOException {
        Path file = Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, value + "\n");
    }

    @AfterEach
    void stop() {
        root.setLevel(levelBefore);
        quiet.forEach(logger -> logger.setLevel(null));
        root.detachAppender(lines);
        root.addAppender(console);
        gateway.close();
        receiver.close();
        refusing.close();
        crm.close();
    }

    @Test
    void noSecretIsEverSaid() throws Exception {
        TestProver prover = TestProver.generate();
        String token = gateway.token(claims -> claims.put("note", CLAIM));
        String boundToken = gateway.token(prover.binding());
        String proof = prover.proof(
                "POST", gateway.url().toString(), boundToken, gateway.clock().instant());
        call(token);
        bound(boundToken, proof);
        say("call of local__echo", gateway.agent().call("local__echo", "{}"));
        Stream.of("crm__echo", "crm__broken", "crm__absent", "refusing__x")
                .forEach(tool -> say("call of " + tool, gateway.agent().call(tool, "{\"x\":\"" + ARGUMENT + "\"}")));
        askEverything(token);
        say("configuration", ConfigFile.read(folder.resolve("gateway.yaml")).toString());
        say("check", command("check", "--config", folder.resolve("gateway.yaml").toString()));
        say("readiness", gateway.notReady().toString());
        String addresses = gateway.gateway().auditDirectory().toString();
        gateway.close();
        gatherRecords(addresses);
        Await.until("spans arrived", () -> !spans.isEmpty());
        say("spans", spans.toString());
        say("log", logText());

        assertThat(crm.requests("tools/call").getFirst().header("X-Api-Key"))
                .as("the canary was where it belongs")
                .hasValue(UPSTREAM);
        assertThat(said).hasSizeGreaterThan(25);
        assertThat(said.get("log")).contains("serving");
        assertThat(said.get("audit record files")).contains("tool.call");
        Map<String, String> secrets = secrets(token, boundToken, proof);
        assertThat(secrets).hasSizeGreaterThan(12);
        secrets.forEach((slot, canary) -> said.forEach((what, text) ->
                assertThat(text.contains(canary)).as(slot + " in " + what).isFalse()));
    }

    @Test
    void theShippedLogConfigurationKeepsTheLibrariesQuiet() throws IOException {
        String shipped =
                Files.readString(Path.of(System.getProperty("basedir", ".")).resolve("src/main/resources/logback.xml"));

        assertThat(QUIET)
                .allSatisfy(name -> assertThat(shipped).contains("<logger name=\"" + name + "\" level=\"WARN\"/>"));
    }

    /** What must not be said, by the place that holds it. */
    private Map<String, String> secrets(String token, String boundToken, String proof) throws IOException {
        Map<String, String> secrets = new LinkedHashMap<>();
        Map.of(
                        "operator's token", OPERATOR,
                        "upstream's secret", UPSTREAM,
                        "process's secret", ENVIRONMENT,
                        "argument", ARGUMENT,
                        "cookie", COOKIE,
                        "claim that no rule reads", CLAIM)
                .forEach((slot, canary) -> {
                    secrets.put(slot, canary);
                    secrets.put(
                            slot + " in base64",
                            Base64.getEncoder()
                                    .withoutPadding()
                                    .encodeToString(canary.getBytes(StandardCharsets.UTF_8))
                                    .substring(0, 20));
                });
        secrets.put("caller's token", signature(token));
        secrets.put("caller's bound token", signature(boundToken));
        secrets.put("proof", signature(proof));
        secrets.put("audit signing key", line(folder.resolve("keys/signing.pem"), 1));
        secrets.put("pseudonym key", Files.readString(subjectKey()).strip());
        return secrets;
    }

    private Path subjectKey() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith("audit-subject.key"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String line(Path file, int number) throws IOException {
        return Files.readAllLines(file).get(number).strip();
    }

    private static String signature(String jws) {
        return jws.substring(jws.lastIndexOf('.') + 1);
    }

    private void call(String token) {
        WireRequest request = gateway.agent()
                .calling("crm__echo", "{\"x\":\"" + ARGUMENT + "\"}")
                .with("Authorization", "Bearer " + token)
                .plus("Cookie", COOKIE)
                .plus("X-Forwarded-User", COOKIE);
        say("call", gateway.send(request));
        say("call with a bad token", gateway.send(request.with("Authorization", "Bearer " + token + "A")));
        say("call with two tokens", gateway.send(request.plus("Authorization", "Bearer " + token)));
        say(
                "call with the token in the query",
                gateway.send(request.line("POST /mcp?access_token=" + token + " HTTP/1.1")));
        say("call with a body that is none", gateway.send(request.body("{\"" + ARGUMENT)));
    }

    private void bound(String token, String proof) {
        WireRequest request = gateway.agent()
                .calling("crm__echo", "{}")
                .with("Authorization", "DPoP " + token)
                .plus("DPoP", proof);
        say("call with a proof", gateway.send(request));
        say("call with a used proof", gateway.send(request));
    }

    /** Every route of both ports, as a stranger, as an agent and as an operator. */
    private void askEverything(String token) {
        for (String credential : List.of("", "Bearer nonsense", "Bearer " + token, "Bearer " + OPERATOR)) {
            List<Route> agents = gateway.gateway().agentsRoutes();
            for (Route route : agents) {
                say(
                        "agents " + route.path() + credential.length(),
                        gateway.send(get(route, gateway.port(), credential)));
            }
            for (Route route : gateway.gateway().operatorsRoutes()) {
                say(
                        "operators " + route.path() + credential.length(),
                        gateway.admin(get(route, gateway.adminPort(), credential)));
            }
        }
    }

    private static WireRequest get(Route route, int port, String credential) {
        WireRequest request = WireRequest.of("GET", route.path())
                .plus("Host", "127.0.0.1:" + port)
                .plus("Connection", "close");
        return credential.isEmpty() ? request : request.plus("Authorization", credential);
    }

    private void gatherRecords(String directory) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of(directory))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        say("audit record files", text.toString());
    }

    private String logText() {
        List<String> texts = new ArrayList<>();
        for (ILoggingEvent event : List.copyOf(lines.list)) {
            texts.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + event.getKeyValuePairs() + " "
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
        return String.join("\n", texts);
    }

    private static String command(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Commands.run(arguments, print, print);
        return out.toString(StandardCharsets.UTF_8);
    }

    private void say(String what, WireAnswer answer) {
        say(what, answer.toString());
    }

    private void say(String what, String text) {
        said.merge(what, text, (before, more) -> before + "\n" + more);
    }
}
