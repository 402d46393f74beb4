package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.cli.Commands;
import dev.mcpgateway.gateway.model.content.ContentKeys;
import dev.mcpgateway.gateway.model.content.SealedContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What was asked and answered, kept for the tenants that allow it: sealed for them, proved by the log, and erased. */
class KeptContentTest {
    private static final String CHAT =
            "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"what of Ada?\"}]}";
    private static final String ANSWER =
            "{\"model\":\"acme-large-1\",\"choices\":[{\"message\":{\"content\":\"Ada is well\"}}]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void providers() throws Exception {
        openai = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(ANSWER));
        anthropic = FakeModelServer.start();
        ContentKeys.in(folder, "acme");
        ContentKeys.in(folder, "other");
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        openai.close();
        anthropic.close();
    }

    private TestGateway.Builder builder(String acme) throws Exception {
        return ModelGateways.in(
                        folder,
                        openai,
                        anthropic,
                        "",
                        "content: {tenants: {acme: {issuers: [corp], public_key: acme.pub.pem, keep_days: 30" + acme
                                + "}}}\n")
                .operator();
    }

    private void start(String acme) throws Exception {
        gateway = builder(acme).start();
        gateway.skipRecords();
    }

    private ModelAgent of(String tenant) {
        return ModelAgent.of(gateway, "alice", tenant.isEmpty() ? Map.of() : Map.of("tenant", tenant));
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Ran open(String call, String key, String... more) {
        return run(Stream.concat(
                        Stream.of(
                                "models",
                                "content",
                                "open",
                                "--call",
                                call,
                                "--key",
                                folder.resolve(key).toString(),
                                "--audit",
                                folder.resolve("audit").toString(),
                                "--content",
                                contents().toString()),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private Ran list(String... more) {
        return run(Stream.concat(
                        Stream.of(
                                "models",
                                "content",
                                "list",
                                "--audit",
                                folder.resolve("audit").toString(),
                                "--content",
                                contents().toString(),
                                "--format",
                                "csv"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private Ran erase(String... more) {
        return run(Stream.concat(
                        Stream.of(
                                "models",
                                "content",
                                "erase",
                                "--reason",
                                "request 12",
                                "--admin",
                                gateway.gateway().adminUrl(),
                                "--token-file",
                                folder.resolve("ops.token").toString()),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private Path contents() {
        return folder.resolve("content");
    }

    /** The files that are there; one that comes or goes meanwhile may be seen or not. */
    private List<Path> files() {
        if (!Files.exists(contents())) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(contents())) {
            return all.filter(Files::isRegularFile)
                    .filter(each -> each.getFileName().toString().endsWith(".jwe"))
                    .toList();
        } catch (IOException | UncheckedIOException changing) {
            return List.of();
        }
    }

    /** The record of the next content that is kept. */
    private AuditRecord kept() {
        return named("content.kept");
    }

    private AuditRecord named(String event) {
        Await.until(
                event,
                () -> gateway.records().stream()
                        .anyMatch(each -> each.text("ev").equals(event)));
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList()
                .getLast();
    }

    @Test
    void theTenantReadsWhatWasAskedAndAnsweredAndNobodyElseDoes() throws Exception {
        start("");

        assertThat(of("acme").chat(CHAT).status()).isEqualTo(200);

        AuditRecord kept = kept();
        String call = kept.text("call");
        assertThat(kept.text("tenant")).isEqualTo("acme");
        assertThat(files()).hasSize(1);
        Path file = files().getFirst();
        assertThat(file).isEqualTo(contents().resolve(kept.text("detail.where")));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        byte[] sealed = Files.readAllBytes(file);
        assertThat(new String(sealed, StandardCharsets.UTF_8))
                .doesNotContain("Ada")
                .doesNotContain("messages");
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sealed)))
                .isEqualTo(kept.text("detail.sha256"));
        Ran opened = open(call, "acme.pem");
        assertThat(opened.code()).as(opened.err()).isZero();
        assertThat(opened.out()).contains("tenant acme  model gpt", "what of Ada?", "Ada is well");
        Path out = folder.resolve("answer.json");
        assertThat(open(call, "acme.pem", "--part", "answer", "--out", out.toString())
                        .code())
                .isZero();
        assertThat(Files.readString(out)).isEqualTo(ANSWER);
        Ran refused = open(call, "other.pem");
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("this key does not open it");
        assertThat(gateway.records()).noneMatch(each -> each.json().contains("Ada"));
        assertThat(run("audit", "query", folder.resolve("audit").toString(), "--call", call)
                        .out())
                .contains("llm.call.intent", "content.kept", "llm.call.outcome");
    }

    @Test
    void nothingIsKeptOfWhoDidNotAllowIt() throws Exception {
        start(", aliases: [claude]");

        of("").chat(CHAT);
        of("umbrella").chat(CHAT);
        of("acme").chat(CHAT);
        gateway.newRecords(6);
        assertThat(ModelAgent.of(gateway, "alice", Map.of("tenant", List.of("acme")))
                        .chat(CHAT)
                        .status())
                .as("of several tenants")
                .isEqualTo(401);

        gateway.close();
        assertThat(files()).isEmpty();
        assertThat(list().out().lines()).hasSize(1);
    }

    @Test
    void whatAnotherIssuerCallsAcmeIsNotKept() throws Exception {
        gateway = builder("")
                .section("virtual_keys", "{enabled: true, issuer: robots}")
                .models("issuers: [corp]", "issuers: [robots]")
                .start();
        gateway.skipRecords();

        of("acme").chat(CHAT);
        gateway.newRecords(2);

        gateway.close();
        assertThat(files()).isEmpty();
    }

    @Test
    void aStreamIsKeptAsTheAgentGotItRedactionsAndAll() throws Exception {
        gateway = builder("").policy(ModelGateways.ALLOW + """
                        models:
                          - names: ["model:gpt"]
                            lists:
                              - {id: name, patterns: "Ada", mode: enforce, action: redact}
                        """).start();
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"A\"}}]}")
                        .data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"da is well\"}}]}")
                        .data("[DONE]")
                        .end());

        WireAnswer answer = of("acme").chat(CHAT.replace("{\"model", "{\"stream\":true,\"model"));

        assertThat(answer.text()).contains("[redacted:name]");
        String shown = open(kept().text("call"), "acme.pem").out();
        assertThat(shown)
                .contains("what of [redacted:name]?", "data: {", "\"[redacted:name]\"", "\" is well\"", "data: [DONE]")
                .doesNotContain("Ada")
                .doesNotContain("broken off");
    }

    @Test
    void whatBreaksOffIsKeptAsFarAsItCame() throws Exception {
        start("");
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}")
                        .cut());

        of("acme").chat(CHAT.replace("{\"model", "{\"stream\":true,\"model"));

        assertThat(open(kept().text("call"), "acme.pem").out()).contains("(broken off)", "what of Ada?", "half");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", required: true"})
    void aStreamThatRunsWhenTheGatewayStopsIsKeptAsFarAsItCame(String more) throws Exception {
        openai.on("/chat/completions", turn -> {
            turn.begin().data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"}}]}");
            turn.connection().awaitPeerClose();
        });
        gateway = builder(more).limits("{drain_timeout_s: 0}").start();
        ModelAgent acme = of("acme");
        try (WireClient client =
                acme.begin(acme.post("/v1/chat/completions", CHAT.replace("{\"model", "{\"stream\":true,\"model")))) {
            client.readHead();
            var _ = client.readEvent();

            gateway.close();
        }

        assertThat(gateway.records()).noneMatch(each -> each.text("ev").equals("content.lost"));
        assertThat(open(kept().text("call"), "acme.pem").out()).contains("(broken off)", "what of Ada?", "half");
    }

    @Test
    void anAlteredFileIsNotOpened() throws Exception {
        start("");
        of("acme").chat(CHAT);
        String call = kept().text("call");
        Path file = files().getFirst();
        byte[] sealed = Files.readAllBytes(file);
        sealed[sealed.length - 3] ^= 1;
        Files.write(file, sealed);

        Ran altered = open(call, "acme.pem");

        assertThat(altered.code()).isEqualTo(3);
        assertThat(altered.err()).contains("not what the log proves");
        Files.write(file, new byte[] {'x'});
        assertThat(list().out()).contains("\"altered\"");
        assertThat(open("no-such", "acme.pem").code()).isEqualTo(1);
    }

    @Test
    void whatWasKeptOnADayIsListedForThatDay() throws Exception {
        start("");
        of("acme").chat(CHAT);
        String day = kept().text("ts").substring(0, 10);

        assertThat(list("--from", day, "--to", day).out()).contains("\"there\"");
        assertThat(list("--to", LocalDate.parse(day).minusDays(1).toString()).out())
                .doesNotContain("\"there\"");
    }

    @Test
    void whatIsErasedLeavesALogThatVerifies() throws Exception {
        start("");
        of("acme").chat(CHAT);
        String first = kept().text("call");
        of("acme").chat(CHAT);
        Await.until("two files", () -> files().size() == 2);

        assertThat(erase("--tenant", "acme", "--call", first).out()).startsWith("erased 1 files");
        assertThat(erase("--tenant", "acme", "--before", "2020-01-01").out()).startsWith("erased 0 files");
        assertThat(files()).hasSize(1);
        assertThat(open(first, "acme.pem").err()).contains("is not there");
        assertThat(erase("--tenant", "acme").out()).startsWith("erased 1 files");

        assertThat(files()).isEmpty();
        assertThat(list().out()).contains("\"gone\"").doesNotContain("\"there\"");
        assertThat(erase("--tenant", "../audit").out()).startsWith("erased 0 files");
        assertThat(gateway.records().stream().map(each -> each.text("ev") + " " + each.text("detail.result")))
                .contains("admin.content.erase " + first)
                .anyMatch(each -> each.startsWith("admin.content.erased 1 files"));
        String audit = folder.resolve("audit").toString();
        assertThat(run("exposure", "--audit", audit, "--format", "csv").out())
                .contains("kept content of tenant acme", "sealed for the tenant's key", "erased 1 files");
        String vkey = gateway.gateway().auditDirectory().getParent().toString();
        gateway.close();
        assertThat(run("audit", "verify", audit, "--vkey", vkey(vkey)).code()).isZero();
    }

    private static String vkey(String folder) throws IOException {
        try (Stream<Path> all = Files.walk(Path.of(folder))) {
            return all.filter(each -> each.getFileName().toString().endsWith(".vkey"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }

    @Test
    void aContentIsDeletedWhenItsTimeIsOver() throws Exception {
        start("");
        of("acme").chat(CHAT);
        kept();

        gateway.clock().advance(Duration.ofDays(29));
        of("acme").chat(CHAT);
        Await.until("two files", () -> files().size() == 2);
        gateway.clock().advance(Duration.ofDays(2));

        AuditRecord expired = named("content.expired");
        assertThat(expired.text("tenant")).isEqualTo("acme");
        assertThat(expired.text("detail.files")).isEqualTo("1");
        Await.until("one file", () -> files().size() == 1);
    }

    private void restartWith(String tenants) throws Exception {
        gateway.close();
        Files.delete(folder.resolve("openai.key"));
        Files.delete(folder.resolve("anthropic.key"));
        gateway = ModelGateways.in(folder, openai, anthropic, "", "content: {tenants: " + tenants + "}\n")
                .operator()
                .start();
    }

    @Test
    void contentOfATenantThatIsNotConfiguredAnyMoreExpiresAsItWouldHave() throws Exception {
        start("");
        of("acme").chat(CHAT);
        kept();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger log = (Logger) LoggerFactory.getLogger(SealedContent.class);
        log.setLevel(Level.WARN);
        log.addAppender(lines);
        try {
            restartWith("{other: {issuers: [corp], public_key: other.pub.pem, keep_days: 1}}");
        } finally {
            log.detachAppender(lines);
            log.setLevel(null);
        }

        assertThat(lines.list)
                .anyMatch(each -> each.getFormattedMessage().startsWith("content of a tenant that is not configured")
                        && each.getKeyValuePairs().toString().contains("acme")
                        && each.getKeyValuePairs().toString().contains("keep_days=\"30\""));
        assertThat(gateway.operate("GET", "/metrics", "").text()).contains("gateway_content_bytes{tenant=\"acme\"");
        of("acme").chat(CHAT);
        gateway.clock().advance(Duration.ofDays(30));
        of("other").chat(CHAT);
        Await.until("of the other one is kept", () -> files().size() == 2);
        gateway.clock().advance(Duration.ofDays(1));
        AuditRecord expired = named("content.expired");
        assertThat(expired.text("tenant")).isEqualTo("acme");
        assertThat(expired.text("detail.files")).isEqualTo("1");
        Await.until("its folder is gone", () -> !Files.exists(contents().resolve("acme")));
        assertThat(files()).hasSize(1);
    }

    @Test
    void whoKeepsNothingMoreStillDeletesAndErasesWhatIsThere() throws Exception {
        start("");
        of("acme").chat(CHAT);
        String call = kept().text("call");
        restartWith("{}");

        of("acme").chat(CHAT);
        assertThat(open(call, "acme.pem").code()).isZero();
        assertThat(erase("--tenant", "acme").out()).startsWith("erased 1 files");

        assertThat(files()).isEmpty();
    }

    @Test
    void aFolderThatNobodySaysForHowLongItIsKeptIsKeptForTheLongestTime() throws Exception {
        start("");
        of("acme").chat(CHAT);
        kept();
        Files.delete(contents().resolve("acme").resolve("keep_days"));
        restartWith("{}");

        gateway.clock().advance(Duration.ofDays(3650));
        of("acme").chat(CHAT);
        assertThat(files()).hasSize(1);
        gateway.clock().advance(Duration.ofDays(1));

        named("content.expired");
        Await.until("nothing is left", () -> files().isEmpty());
    }

    @Test
    void whoMustKeepGetsNoAnswerThatIsNotKept() throws Exception {
        start(", required: true");
        assertThat(of("acme").chat(CHAT).status()).isEqualTo(200);
        // the record is there before the answer is
        assertThat(gateway.records().stream().map(each -> each.text("ev"))).contains("content.kept");
        openai.clearRequests();
        gateway.skipRecords();
        // a folder that cannot be: a file stands in its place
        for (Path file : files()) {
            Files.delete(file);
        }
        Path ofTenant = contents().resolve("acme");
        try (Stream<Path> days = Files.list(ofTenant)) {
            for (Path day : days.filter(Files::isDirectory).toList()) {
                Files.delete(day);
            }
        }
        Files.delete(ofTenant.resolve("keep_days"));
        Files.delete(ofTenant);
        Files.writeString(ofTenant, "in the way");

        WireAnswer lost = of("acme").chat(CHAT);

        assertThat(lost.status()).isEqualTo(503);
        assertThat(lost.text()).doesNotContain("Ada is well");
        assertThat(lost.header("x-should-retry"))
                .as("it is paid for, and would be again")
                .contains("false");
        assertThat(openai.requests()).hasSize(1);
        assertThat(named("content.lost").text("detail.reason")).isEqualTo("disk");
        assertThat(of("acme").chat(CHAT).status()).isEqualTo(503);
        assertThat(openai.requests())
                .as("not asked while the disk is known to fail")
                .hasSize(1);
        assertThat(of("umbrella").chat(CHAT).status()).isEqualTo(200);
        Files.delete(ofTenant);
        gateway.clock().advance(Duration.ofSeconds(6));
        assertThat(of("acme").chat(CHAT).status()).isEqualTo(200);
    }

    @Test
    void whatIsTooLongIsRefusedWhereItMustBeKeptAndElseCut() throws Exception {
        String large = CHAT.replace("what", "w".repeat(2000));
        start(", required: true, record_bytes: 1024");
        WireAnswer unasked = of("acme").chat(large);
        assertThat(unasked.status()).isEqualTo(503);
        assertThat(unasked.header("x-should-retry")).as("nobody was asked").isEmpty();
        assertThat(gateway.newSummaries(1)).containsExactly("llm.call.denied RECORD content_not_kept");
        assertThat(openai.requests()).isEmpty();
        openai.on("/chat/completions", turn -> turn.whole(ANSWER.replace("Ada", "a".repeat(1000))));
        WireAnswer unkept = of("acme").chat(CHAT);
        assertThat(unkept.status()).isEqualTo(503);
        assertThat(unkept.header("x-should-retry")).contains("false");
        assertThat(unkept.json().at("/error/type").asString()).isEqualTo("server_error");
        assertThat(unkept.json().at("/error/code").asString()).isEqualTo("content_not_kept");
        assertThat(kept().text("detail.cut")).isEqualTo("true");
        gateway.close();
        Files.delete(folder.resolve("openai.key"));
        Files.delete(folder.resolve("anthropic.key"));

        start(", record_bytes: 1024");
        assertThat(of("acme").chat(large).status()).isEqualTo(200);

        Await.until(
                "cut",
                () -> gateway.records().stream()
                                .filter(each -> each.text("detail.cut").equals("true"))
                                .count()
                        == 2);
        assertThat(open(kept().text("call"), "acme.pem").out()).contains("(cut)");
    }

    @Test
    void anErrorThatIsTooLongToBeKeptMayBeAskedForAgain() throws Exception {
        openai.on("/chat/completions", turn -> turn.answer(400, "{\"error\":\"" + "a".repeat(1000) + "\"}"));
        start(", required: true, record_bytes: 1024");

        WireAnswer refused = of("acme").chat(CHAT);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("x-should-retry")).as("it cost nothing").isEmpty();
    }

    @Test
    void aFullDiskOfATenantIsToldAndItsCallsGoOn() throws Exception {
        start(", bytes: 1048576, record_bytes: 262144");

        // three fit, even if each is on disk before the next one comes
        for (int i = 0; i < 4; i++) {
            assertThat(of("acme")
                            .chat(CHAT.replace("what", "w".repeat(250_000)))
                            .status())
                    .isEqualTo(200);
        }

        assertThat(named("content.lost").text("detail.reason")).isEqualTo("no_room_on_disk");
        assertThat(gateway.operate("GET", "/metrics", "").text()).contains("gateway_content_lost");
        gateway.close();
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isLessThanOrEqualTo(1_048_576);
    }

    @Test
    void aKeyThatWouldLetTheGatewayReadIsRefusedAtTheStart() throws Exception {
        Files.copy(folder.resolve("acme.pem"), folder.resolve("both.pem"));
        Path config = builder("").models("acme.pub.pem", "both.pem").write();

        Ran checked = run("check", "--config", config.toString());

        assertThat(checked.code()).isEqualTo(1);
        assertThat(checked.err()).contains("/models/content/tenants/acme/public_key", "has a private key");
    }
}
