package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every kind of record, byte for byte, against {@code records.txt}: a name, the record, {@code ---}.
 *
 * <p>{@code -Daudit.records.write=true} writes the file anew; read the difference before you keep it.
 */
class EventEncodingTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/mcpgateway/audit/records.txt");
    private static final long TIME = 1_795_236_540_123_456L;

    private static final ScreenRecord SCREEN = new ScreenRecord(
            List.of(new ScreenRecord.Pack("base", "1", "ef".repeat(32))),
            "shadow",
            "hit",
            "allow",
            "block",
            List.of(new ScreenRecord.Finding(
                    "INJ-001", 2, "text", "/content/0/text", 17, 23, "ignore all instructions")),
            new ScreenRecord.Coverage(1, 977, 1, false));

    @Test
    void everyKindOfRecordIsWrittenAsBefore() throws IOException {
        StringBuilder written = new StringBuilder();
        records()
                .forEach((name, json) ->
                        written.append(name).append('\n').append(json).append("\n---\n"));
        if (Boolean.getBoolean("audit.records.write")) {
            Files.writeString(GOLDEN, written, StandardCharsets.UTF_8);
        }

        assertThat(written.toString()).isEqualTo(Files.readString(GOLDEN, StandardCharsets.UTF_8));
    }

    @Test
    void everyRecordIsOneJsonObject() {
        records()
                .forEach((name, json) ->
                        assertThat(parsed(json).isObject()).as(name).isTrue());
    }

    @Test
    void aHostileNameStaysOneEscapedLine() {
        CallOpened call = withTool(new ToolRef("crm", "a\r\nb\u0000\u001b[31m\u2028\u202e,\"crc\":\"00000000\"}", ""));

        String json = encoding().intent(call, TIME).toString();

        assertThat(json).isPrintable().doesNotContain("\n").doesNotContain("\"crc\"");
        assertThat(parsed(json).at("/tool/name").asString())
                .isEqualTo(call.tool().name());
    }

    @Test
    void cutStringsAreCountedInTheRecord() {
        String json = encoding()
                .intent(withTool(new ToolRef("s".repeat(2_000), "n".repeat(2_000), "")), TIME)
                .toString();

        assertThat(parsed(json).path("cut").asInt(0)).isEqualTo(2);
    }

    @Test
    void cutStringsOfARememberedActorAreCountedEveryTime() {
        EventEncoding encoding = encoding();
        Actor actor = new Actor("i".repeat(2_000), "s", "", List.of(), "", "");
        for (int i = 0; i < 3; i++) {
            String json = encoding.event(
                            new AuditEvent.SessionClosed(actor, Source.NONE, McpExchange.NONE, "expired"), TIME)
                    .toString();

            assertThat(parsed(json).path("cut").asInt(0)).isOne();
        }
    }

    @Test
    void listsHoldSixtyFourEntriesAndACount() {
        List<String> many = Collections.nCopies(70, "scope");
        Actor actor = new Actor("i", "s", "", many, "", "");
        AuditEvent event = new AuditEvent.PolicyRejected(actor, Source.NONE, "ops", "", many);

        JsonNode json = parsed(encoding().event(event, TIME).toString());

        assertThat(json.at("/actor/scopes").size()).isEqualTo(64);
        assertThat(json.at("/actor/scopes_more").asInt(0)).isEqualTo(6);
        assertThat(json.at("/detail/problems").size()).isEqualTo(64);
        assertThat(json.at("/detail/problems_more").asInt(0)).isEqualTo(6);
    }

    @Test
    void findingsHoldSixtyFourEntriesAndACount() {
        ScreenRecord screen = new ScreenRecord(
                Collections.nCopies(65, SCREEN.packs().getFirst()),
                "enforce",
                "hit",
                "block",
                "",
                Collections.nCopies(100, SCREEN.findings().getFirst()),
                SCREEN.coverage());
        CallOutcome outcome = new CallOutcome(CallStatus.OK, "", 0, 0, 0, 0, PayloadSize.NONE, screen, List.of());

        JsonNode json =
                parsed(encoding().outcome(Samples.call("c"), 1, outcome, TIME).toString());

        assertThat(json.at("/screen/findings").size()).isEqualTo(64);
        assertThat(json.at("/screen/more").asInt(0)).isEqualTo(36);
        assertThat(json.at("/screen/packs_more").asInt(0)).isOne();
    }

    private static CallOpened withTool(ToolRef tool) {
        CallOpened plain = Samples.call("call-1");
        return new CallOpened(
                plain.callId(),
                plain.kind(),
                plain.durability(),
                plain.actor(),
                plain.agent(),
                plain.source(),
                plain.mcp(),
                plain.trace(),
                tool,
                plain.policy(),
                plain.decision(),
                plain.arguments());
    }

    private static EventEncoding encoding() {
        return new EventEncoding(new RecordIds(7), new Pseudonyms(new byte[Pseudonyms.KEY_BYTES]));
    }

    private static JsonNode parsed(String middle) {
        return JsonMapper.shared().readTree("{" + middle.substring(1) + "}");
    }

    /** One line of every kind that the log can write, in a frame that is not checked here. */
    static List<String> linesOfEveryKind() {
        return records().values().stream()
                .map(middle -> "{\"v\":1,\"seq\":1,\"b\":1,\"bn\":1,\"ts\":\"\"" + middle + ",\"crc\":\"\"}")
                .toList();
    }

    private static Map<String, String> records() {
        EventEncoding encoding = encoding();
        LogRecords log = new LogRecords(encoding);
        Map<String, JsonBytes> records = new LinkedHashMap<>();
        McpExchange legacy = new McpExchange("2025-11-25", "initialize", "1", "session-1", "streamable_http");
        CallOpened intent = Samples.call("call-1", Durability.INTENT);
        CallOutcome noted = new CallOutcome(
                CallStatus.TOOL_ERROR,
                "tool_error",
                0,
                5,
                6,
                7,
                new PayloadSize(0),
                SCREEN,
                List.of("truncated", "retried"));
        FloodGate.Summary flood = new FloodGate.Summary("192.0.2.9", "BadToken", 4_711, TIME, TIME + 9_000_000);
        FinishedSegment segment = new FinishedSegment(
                0, 67_108_000, new TreeHead(90_000, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
        AuditSettings settings = new AuditSettings(
                Path.of("audit"), "audit.test/gw", Path.of("s"), Path.of("k"), "host-1", "0.1.0", AuditLimits.DEFAULTS);
        LogIdentity identity = new LogIdentity("20261121-00000001", "audit.test/gw/20261121-00000001", "ab".repeat(32));

        records.put("intent", encoding.intent(Samples.call("call-1"), TIME));
        records.put("outcome", encoding.outcome(Samples.call("call-1"), 41, Samples.outcome(), TIME));
        records.put("outcome with findings", encoding.outcome(intent, 42, noted, TIME));
        records.put("aborted", encoding.outcome(intent, 43, CallOutcome.without(CallStatus.ABORTED, "", 9), TIME));
        records.put("unresolved", encoding.unresolved(new OpenCall(44, "call-1", "tool.call"), TIME));
        records.put("denied", encoding.refused(Samples.refusal("call-2"), TIME));
        records.put("unverified", encoding.refused(Samples.unverified("call-3", "192.0.2.9"), TIME));
        records.put("flood", encoding.refusalSummary(flood, TIME));
        for (ListKind kind : ListKind.values()) {
            records.put(
                    kind.event(),
                    encoding.event(
                            new AuditEvent.FeaturesListed(
                                    kind,
                                    Samples.ACTOR,
                                    Samples.AGENT,
                                    Samples.SOURCE,
                                    Samples.MCP,
                                    Samples.TRACE,
                                    Samples.POLICY,
                                    "default",
                                    "17",
                                    12,
                                    "ab".repeat(32)),
                            TIME));
        }
        records.put(
                "session.opened",
                encoding.event(
                        new AuditEvent.SessionOpened(
                                Samples.ACTOR, Samples.AGENT, Samples.SOURCE, legacy, Samples.TRACE),
                        TIME));
        records.put(
                "session.closed",
                encoding.event(new AuditEvent.SessionClosed(Samples.ACTOR, Samples.SOURCE, legacy, "expired"), TIME));
        records.put(
                "stream.opened",
                encoding.event(
                        new AuditEvent.StreamOpened(
                                Samples.ACTOR,
                                Samples.AGENT,
                                Samples.SOURCE,
                                legacy,
                                Samples.TRACE,
                                "default",
                                List.of("tools", "prompts"),
                                2),
                        TIME));
        records.put(
                "stream.closed",
                encoding.event(new AuditEvent.StreamClosed(Samples.ACTOR, Samples.SOURCE, legacy, "gone"), TIME));
        records.put(
                "policy.changed",
                encoding.event(
                        new AuditEvent.PolicyChanged(
                                Actor.NONE,
                                Source.NONE,
                                "ops",
                                List.of("anna", "ben"),
                                "ab".repeat(32),
                                "cd".repeat(32),
                                "ef".repeat(32)),
                        TIME));
        records.put(
                "policy.rejected",
                encoding.event(
                        new AuditEvent.PolicyRejected(
                                Actor.NONE,
                                Source.NONE,
                                "ops",
                                "ab".repeat(32),
                                List.of("policy.yaml:7: unknown key \"alow\"")),
                        TIME));
        records.put(
                "admin",
                encoding.event(
                        new AuditEvent.AdminAction(
                                Actor.NONE,
                                Samples.SOURCE,
                                "kill_switch.set",
                                "ops",
                                "crm__delete_customer",
                                "done",
                                "incident 12"),
                        TIME));
        records.put(
                "session.closed of a key's holder",
                encoding.event(
                        new AuditEvent.SessionClosed(
                                new Actor(
                                        "urn:mcp-gateway:keys", "robot", "nightly", List.of(), "", "", "abcdefghijkm"),
                                Source.NONE,
                                legacy,
                                "expired"),
                        TIME));
        records.put(
                "kill.set",
                encoding.event(
                        new AuditEvent.KillChanged(
                                Actor.NONE,
                                Samples.SOURCE,
                                false,
                                "ops",
                                "k-7f3a",
                                "subject",
                                new Actor("https://id.example/", "alice", "", List.of(), "", ""),
                                "",
                                "2026-11-22T00:00:00Z",
                                "incident 12"),
                        TIME));
        records.put(
                "kill.removed",
                encoding.event(
                        new AuditEvent.KillChanged(
                                Actor.NONE,
                                Samples.SOURCE,
                                true,
                                "ops",
                                "k-7f3b",
                                "tool",
                                Actor.NONE,
                                "crm__delete_customer",
                                "",
                                "repaired"),
                        TIME));
        records.put(
                "consent.granted",
                encoding.event(
                        new AuditEvent.ConsentChanged(
                                AuditEvent.ConsentChanged.Step.GRANTED,
                                new Actor("https://id.example/", "alice", "desk-agent", List.of(), "", ""),
                                Samples.SOURCE,
                                Actor.NONE,
                                "crm",
                                "https://as.example",
                                List.of("crm.read"),
                                "",
                                ""),
                        TIME));
        records.put(
                "consent.revoked",
                encoding.event(
                        new AuditEvent.ConsentChanged(
                                AuditEvent.ConsentChanged.Step.REVOKED,
                                Actor.NONE,
                                Samples.SOURCE,
                                new Actor("https://id.example/", "alice", "", List.of(), "", ""),
                                "crm",
                                "https://as.example",
                                List.of("crm.read"),
                                "ops",
                                "left"),
                        TIME));
        records.put(
                "log.opened",
                log.opened(identity, settings, List.of("name+0a0b0c0d+key"), "0123456789abcdef", 0, TIME));
        records.put("log.recovered", log.recovered(new Torn(4_096, 77, "ab".repeat(32), 12, 1), 3, TIME));
        records.put("log.sealed", log.sealed(segment, 89_990, TIME));
        records.put("log.heartbeat", log.heartbeat(2, 17, TIME));
        records.put("log.clock", log.clock(-3_600_000, TIME));
        records.put("log.closed", log.closed(TIME));
        records.put("model intent", encoding.intent(Samples.modelCall("call-6"), TIME));
        records.put("model outcome", encoding.outcome(Samples.modelCall("call-6"), 45, Samples.modelOutcome(), TIME));
        records.put(
                "model outcome that says nothing",
                encoding.outcome(
                        Samples.modelCall("call-6"), 45, CallOutcome.without(CallStatus.TIMEOUT, "x", 9), TIME));
        records.put("model denied", encoding.refused(Samples.modelRefusal("call-7"), TIME));
        records.put("model denied by a guardrail", encoding.refused(Samples.guardedRefusal("call-8"), TIME));
        records.put(
                "model outcome from a cache",
                encoding.outcome(Samples.modelCall("call-6"), 45, Samples.keptModelOutcome(), TIME));
        records.put(
                "signal.raised",
                encoding.event(
                        new AuditEvent.SignalRaised(
                                new Actor("", "", "", List.of(), "", "acme"),
                                Source.NONE,
                                "routing_drift",
                                "other/model-2",
                                "0.412",
                                "0.200",
                                "the models of the last hour are not those of the week"),
                        TIME));
        Actor acme = new Actor("", "", "", List.of(), "", "acme");
        records.put(
                "content.kept",
                encoding.event(
                        new AuditEvent.ContentChanged(
                                AuditEvent.ContentChanged.Fate.KEPT,
                                acme,
                                Source.NONE,
                                "call-6",
                                "acme/20261121/call-6.jwe",
                                "ab".repeat(32),
                                "key-1",
                                1_234,
                                0,
                                true,
                                ""),
                        TIME));
        records.put(
                "content.expired",
                encoding.event(
                        new AuditEvent.ContentChanged(
                                AuditEvent.ContentChanged.Fate.EXPIRED,
                                acme,
                                Source.NONE,
                                "",
                                "acme/20261121",
                                "",
                                "",
                                5_678,
                                12,
                                false,
                                ""),
                        TIME));
        records.put("model intent that was observed", encoding.intent(Samples.observedModelCall("call-9"), TIME));
        Map<String, String> texts = new LinkedHashMap<>();
        records.forEach((name, json) -> texts.put(name, json.toString()));
        return texts;
    }
}
