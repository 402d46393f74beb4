package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random valid results pass through all four cells: every member that {@code docs/fidelity.md} does not name arrives with
 * the bytes with which it was sent, in its place. A failure names its seed; {@code -Dfidelity.seed=…} plays it again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FidelityTest {
    private static final int CASES = Integer.getInteger("fidelity.cases", 150);
    private static final long SEED = Long.getLong("fidelity.seed", System.nanoTime());
    private static final String SERVER_INFO =
            "{\"name\":\"mcp-gateway\",\"title\":\"MCP Gateway\",\"version\":\"0.0.test\"}";
    private static final String META_SERVER_INFO = "\"io.modelcontextprotocol/serverInfo\"";

    @TempDir
    static Path folder;

    private static final AtomicReference<String> ANSWER = new AtomicReference<>("{}");
    private FakeMcpServer modern;
    private FakeMcpServer legacy;
    private TestGateway gateway;

    @BeforeAll
    void start() throws Exception {
        modern = FakeMcpServer.start(Speaks.MODERN);
        legacy = FakeMcpServer.start(Speaks.LEGACY);
        for (FakeMcpServer server : List.of(modern, legacy)) {
            ToolScript script = turn -> turn.result(ANSWER.get());
            server.tool("any", script)
                    .prompt("any", script)
                    .resource(server == modern ? "test://new" : "test://old", script);
        }
        gateway = TestGateway.in(folder)
                .upstream("new", modern)
                .upstream("old", legacy)
                .limits("{calls_per_minute: 1000000}")
                .policy("""
                        version: 1
                        rules:
                          - {id: all, effect: permit, principals: {groups: [support]}, ack_broad: true,
                             actions: [tools/call, prompts/get, resources/read], resources: ["new__*", "old__*"]}
                        """)
                .start();
    }

    @AfterAll
    void stop() {
        gateway.close();
        modern.close();
        legacy.close();
    }

    @ParameterizedTest(name = "{0} agent, {1} upstream")
    @CsvSource({"modern,new", "modern,old", "legacy,new", "legacy,old"})
    void whatTheTableDoesNotNameArrivesAsItWasSent(String agentEra, String upstream) throws Exception {
        boolean isModern = agentEra.equals("modern");
        TestAgent agent = gateway.agent();
        if (!isModern) {
            agent.initialize("2025-11-25");
        }
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < CASES; i++) {
                String sent = new RandomJson(new Random(SEED + i), true).result(i % 3, upstream.equals("new"));
                ANSWER.set(sent);
                WireRequest request = switch (i % 3) {
                    case 0 -> agent.calling(upstream + "__any", "{}");
                    case 1 -> agent.getting(upstream + "__any", "");
                    default -> agent.reading("test://" + upstream, "");
                };

                WireAnswer answer = client.exchange(request);

                String about = "-Dfidelity.seed=" + SEED + ", case " + i + ", sent " + sent + ", got " + answer.text();
                assertThat(answer.text()).as(about).contains("\"result\"");
                Map<String, String> got = members(document(answer.body()), "result");
                Map<String, String> expected = members(document(sent.getBytes(StandardCharsets.UTF_8)), "");
                if (isModern) {
                    takeModern(got, expected, i % 3 == 2);
                } else {
                    takeLegacy(got, expected);
                }
                assertThat(new ArrayList<>(got.entrySet())).as(about).isEqualTo(new ArrayList<>(expected.entrySet()));
            }
        }
    }

    /** Takes out of both what the table names for modern agents. */
    private static void takeModern(Map<String, String> got, Map<String, String> expected, boolean isRead)
            throws Exception {
        assertThat(got.remove("\"resultType\"")).isEqualTo("\"complete\"");
        expected.remove("\"resultType\"");
        Map<String, String> meta = meta(got);
        assertThat(meta.remove(META_SERVER_INFO)).isEqualTo(SERVER_INFO);
        Map<String, String> sentMeta = meta(expected);
        sentMeta.remove(META_SERVER_INFO);
        assertThat(new ArrayList<>(meta.entrySet())).isEqualTo(new ArrayList<>(sentMeta.entrySet()));
        if (isRead) {
            assertThat(got.remove("\"cacheScope\"")).isEqualTo("\"private\"");
            expected.remove("\"cacheScope\"");
            String ttl = expected.remove("\"ttlMs\"");
            assertThat(got.remove("\"ttlMs\"")).isEqualTo(ttl == null ? "0" : ttl);
        }
    }

    /** Takes out of both what the table names for legacy agents. */
    private static void takeLegacy(Map<String, String> got, Map<String, String> expected) throws Exception {
        for (String name : List.of("\"resultType\"", "\"ttlMs\"", "\"cacheScope\"")) {
            assertThat(got).doesNotContainKey(name);
            expected.remove(name);
        }
        Map<String, String> sentMeta = meta(expected);
        sentMeta.remove(META_SERVER_INFO);
        assertThat(new ArrayList<>(meta(got).entrySet())).isEqualTo(new ArrayList<>(sentMeta.entrySet()));
        expected.computeIfPresent(
                "\"structuredContent\"", (_, value) -> value.startsWith("{") ? value : "{\"result\":" + value + "}");
    }

    /** The members of {@code _meta}, which is taken out. */
    private static Map<String, String> meta(Map<String, String> result) throws Exception {
        String meta = result.remove("\"_meta\"");
        return meta == null ? new LinkedHashMap<>() : members(document(meta.getBytes(StandardCharsets.UTF_8)), "");
    }

    @ParameterizedTest(name = "{0} agent, {1} upstream")
    @CsvSource({"modern,new", "modern,old", "legacy,new", "legacy,old"})
    void soDoArgumentsAndWhatStandsBesideThem(String agentEra, String upstream) throws Exception {
        FakeMcpServer server = upstream.equals("new") ? modern : legacy;
        TestAgent agent = gateway.agent();
        if (agentEra.equals("legacy")) {
            agent.initialize("2025-11-25");
        }
        ANSWER.set("{\"content\":[]}");
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < CASES / 3; i++) {
                RandomJson random = new RandomJson(new Random(SEED + i), false);
                String members = "\"arguments\":" + random.object(3) + ",\"x-other\":" + random.value(3);
                server.clearRequests();
                WireRequest request = agent.callingWith(upstream + "__any", members);

                WireAnswer answer = client.exchange(request);

                String about = "-Dfidelity.seed=" + SEED + ", case " + i + ", sent " + members + ", got " + answer;
                assertThat(answer.text()).as(about).contains("\"content\":[]");
                assertThat(server.requests("tools/call").getLast().text())
                        .as(about)
                        .contains(members);
            }
        }
    }

    private static JsonDocument document(byte[] json) throws Exception {
        return StrictJson.parse(json, JsonLimits.forReplies(1 << 26, 200));
    }

    /** Names and values of an object as they are written, in their order. */
    private static Map<String, String> members(JsonDocument document, String within) {
        int object =
                within.isEmpty() ? JsonDocument.ROOT : document.member(JsonDocument.ROOT, JsonDocument.Name.of(within));
        Map<String, String> members = new LinkedHashMap<>();
        for (int each = document.first(object); each != JsonDocument.NONE; each = document.next(object, each)) {
            String name = new String(
                    document.bytes(),
                    document.nameStart(each),
                    document.nameEnd(each) - document.nameStart(each),
                    StandardCharsets.UTF_8);
            members.put(name, new String(document.rawBytes(each), StandardCharsets.UTF_8));
        }
        return members;
    }

    /** Writes random JSON in as many ways as JSON may be written. */
    private static final class RandomJson {
        private static final List<String> NUMBERS = List.of(
                "0",
                "-0",
                "-0.0",
                "1.10",
                "1E+2",
                "1e-7",
                "12345678901234567890",
                "123456789012345678901234567890",
                "-0.1000000000000000055511151231257827021181583404541015625",
                "9007199254740993",
                "1e399",
                "-1e-399");
        private static final List<String> PIECES = List.of(
                "plain",
                " ",
                "\\/",
                "/",
                "\\b\\f\\n\\r\\t",
                "\\\"",
                "\\\\",
                "\\u00e9",
                "\u00e9",
                "e\u0301",
                "\\uD83D\\uDE00",
                "\ud83d\ude00",
                "\\u0000",
                "\u2028",
                "\uFEFF",
                "\uFFFF",
                "\u202e\u05d0",
                "\u200b",
                "<b>&amp;",
                "\\u003C",
                "\u007f");
        private static final List<String> HALVES =
                List.of("\\ud800", "\\uDFFF", "\\udc00\\ud800", "\ud83d\ude00\\ud83d");
        private static final List<String> BLANKS = List.of("", "", "", " ", "\n", "\t", " \r\n ");

        private final Random random;
        private final boolean isReply;
        private int named;

        /** Replies may hold what requests may not: half surrogate pairs, NUL in names, longer numbers. */
        RandomJson(Random random, boolean isReply) {
            this.random = random;
            this.isReply = isReply;
        }

        private String one(List<String> of) {
            return of.get(random.nextInt(of.size()));
        }

        private String blank() {
            return one(BLANKS);
        }

        private String text() {
            StringBuilder text = new StringBuilder("\"");
            for (int i = random.nextInt(6); i > 0; i--) {
                text.append(isReply && random.nextInt(8) == 0 ? one(HALVES) : one(PIECES));
            }
            return text.append('"').toString();
        }

        private String number() {
            if (isReply && random.nextInt(6) == 0) {
                return random.nextBoolean() ? "1e400" : "7".repeat(1 + random.nextInt(400)) + ".50";
            }
            return random.nextBoolean() ? one(NUMBERS) : Double.toString(random.nextGaussian() * 1e6);
        }

        /** A name that no other member of the case has. */
        private String name() {
            String text = text();
            if (!isReply) {
                text = text.replace("\\u0000", "");
            }
            return "\"x" + named++ + text.substring(1);
        }

        String value(int depth) {
            return switch (random.nextInt(depth > 0 ? 8 : 5)) {
                case 0 -> "null";
                case 1 -> Boolean.toString(random.nextBoolean());
                case 2 -> number();
                case 3, 4 -> text();
                case 5 -> list(depth - 1);
                default -> object(depth - 1);
            };
        }

        private String list(int depth) {
            List<String> values = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                values.add(blank() + value(depth) + blank());
            }
            return "[" + String.join(",", values) + (values.isEmpty() ? blank() : "") + "]";
        }

        String object(int depth) {
            return written(others(depth));
        }

        private List<String> others(int depth) {
            List<String> members = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                members.add(name() + blank() + ":" + blank() + value(depth));
            }
            return members;
        }

        /** The members in any order. */
        private String written(List<String> members) {
            List<String> shuffled = new ArrayList<>(members);
            Collections.shuffle(shuffled, random);
            StringBuilder text = new StringBuilder("{");
            for (String member : shuffled) {
                text.append(text.length() > 1 ? "," : "")
                        .append(blank())
                        .append(member)
                        .append(blank());
            }
            return text.append(shuffled.isEmpty() ? blank() : "").append('}').toString();
        }

        private void maybe(List<String> members, String name, String value) {
            if (random.nextBoolean()) {
                members.add("\"" + name + "\"" + blank() + ":" + blank() + value);
            }
        }

        private String deep() {
            int depth = random.nextInt(40);
            return "{\"d\":".repeat(depth) + "[" + value(2) + "]" + "}".repeat(depth);
        }

        private String meta(boolean ofResult) {
            List<String> members = others(3);
            maybe(members, "example.org/deep", deep());
            if (ofResult) {
                maybe(members, "io.modelcontextprotocol/serverInfo", "{\"name\" : \"other\",\"version\":\"9\"}");
            }
            return written(members);
        }

        private String base64() {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            return "\"" + Base64.getEncoder().encodeToString(bytes) + "\"";
        }

        private String contents() {
            List<String> members = others(2);
            members.add("\"uri\":\"test://r/" + random.nextInt(9) + "?q=\\u0061\"");
            members.add(random.nextBoolean() ? "\"text\":" + text() : "\"blob\":" + base64());
            maybe(members, "mimeType", "\"text/x\"");
            maybe(members, "_meta", meta(false));
            return written(members);
        }

        private String block() {
            List<String> members = others(2);
            maybe(members, "_meta", meta(false));
            maybe(
                    members,
                    "annotations",
                    "{\"priority\":0.10,\"audience\":[\"user\"],"
                            + others(1).stream().findFirst().orElse("\"lastModified\":\"2026\"") + "}");
            switch (random.nextInt(6)) {
                case 0 -> members.addAll(List.of("\"type\":\"text\"", "\"text\":" + text()));
                case 1 ->
                    members.addAll(List.of("\"type\":\"image\"", "\"mimeType\":\"image/png\"", "\"data\":" + base64()));
                case 2 ->
                    members.addAll(List.of("\"type\":\"audio\"", "\"mimeType\":\"audio/wav\"", "\"data\":" + base64()));
                case 3 -> members.addAll(List.of("\"type\":\"resource\"", "\"resource\":" + contents()));
                case 4 ->
                    members.addAll(List.of(
                            "\"type\":\"resource_link\"",
                            "\"uri\":\"test://l\"",
                            "\"name\":" + text(),
                            "\"size\":1e2"));
                default -> members.addAll(List.of("\"type\":\"of-tomorrow\"", "\"payload\":" + value(3)));
            }
            return written(members);
        }

        private String blocks() {
            List<String> blocks = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                blocks.add(blank() + block());
            }
            return "[" + String.join(",", blocks) + "]";
        }

        /** A result of a tool, a prompt or a resource, with what its revision and none knows. */
        String result(int kind, boolean isModern) {
            List<String> members = others(3);
            maybe(members, "_meta", meta(true));
            if (isModern) {
                maybe(members, "resultType", "\"complete\"");
                maybe(members, "ttlMs", Integer.toString(random.nextInt(100_000)));
                maybe(members, "cacheScope", random.nextBoolean() ? "\"public\"" : "\"private\"");
            }
            switch (kind) {
                case 0 -> {
                    members.add("\"content\":" + blocks());
                    maybe(members, "structuredContent", isModern ? value(3) : object(3));
                    maybe(members, "isError", Boolean.toString(random.nextBoolean()));
                }
                case 1 -> {
                    maybe(members, "description", text());
                    members.add("\"messages\":[{\"role\":\"user\"," + blank() + "\"content\":" + block() + "}]");
                }
                default -> members.add("\"contents\":[" + contents() + "," + contents() + "]");
            }
            return written(members);
        }
    }
}
