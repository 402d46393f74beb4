package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditReaderTest {
    @TempDir
    private Path folder;

    private final MemoryLog log = MemoryLog.fresh(MemoryLog.limits(4_000));

    @BeforeEach
    void aLogOfSomeCallsAndRefusals() throws IOException {
        log.open().calls("a", 5);
        CallRefused refusal = Samples.refusal("denied");
        log.write(Pending.awaited(log.encoding().refused(refusal, Rfc3339.micros(log.now))));
        log.calls("b", 5).close();
        assertThat(LogFiles.segments(log.storage)).hasSizeGreaterThan(3);
    }

    @Test
    void everyRecordIsReadOldestFirstOrNewestFirst() throws IOException {
        List<Long> forward = numbers(AuditQuery.ALL);
        List<Long> backward = numbers(query("", "", "", "", true, 0));

        assertThat(forward).hasSize(log.lines().size()).isSorted();
        assertThat(backward).isEqualTo(forward.reversed());
    }

    @Test
    void theLineIsTheOneInTheFile() throws IOException {
        List<String> lines = new ArrayList<>();
        new AuditReader(log.storage).read(AuditQuery.ALL, found -> lines.add(found.json()));

        assertThat(lines).isEqualTo(log.lines());
    }

    @Test
    void conditionsNarrow() throws IOException {
        assertThat(numbers(query("", "deny", "", "", false, 0))).hasSize(1);
        assertThat(numbers(query("", "allow", "", "", false, 0))).hasSize(10);
        assertThat(numbers(query("get_customer", "", "", "", false, 0))).hasSize(21);
        assertThat(numbers(query("crm__get_customer", "", "", "", false, 0))).hasSize(21);
        assertThat(numbers(query("files__get_customer", "", "", "", false, 0))).isEmpty();
        assertThat(numbers(query("", "", "b3", "", false, 0))).hasSize(2);
        assertThat(numbers(query("", "", "", "tool.call.*", false, 0))).hasSize(21);
        assertThat(numbers(query("", "", "", "tool.call.denied", false, 0))).hasSize(1);
        assertThat(numbers(query("", "", "", "log.*", true, 2))).hasSize(2);
    }

    @Test
    void aSubjectIsFoundByItsPseudonymInIntentAndOutcome() throws IOException {
        Path key = folder.resolve("subject.key");
        Files.writeString(key, HexFormat.of().formatHex(new byte[Pseudonyms.KEY_BYTES]), StandardCharsets.UTF_8);
        AuditReader reader = new AuditReader(log.storage);

        Set<String> anyIssuer = reader.pseudonyms(key, "", "user-1");
        Set<String> itsIssuer = reader.pseudonyms(key, "https://id.example/", "user-1");
        Set<String> otherIssuer = reader.pseudonyms(key, "https://other.example/", "user-1");
        Set<String> nobody = reader.pseudonyms(key, "", "user-2");

        assertThat(numbers(subjects(anyIssuer))).hasSize(21);
        assertThat(numbers(subjects(itsIssuer))).hasSize(21);
        assertThat(numbers(subjects(otherIssuer))).isEmpty();
        assertThat(numbers(subjects(nobody))).isEmpty();
    }

    @Test
    void aTraceHasTheCallsOfToolsAndModelsWithTheirOutcomes() throws IOException {
        String trace = "11112222333344445555666677778888";
        MemoryLog traced = MemoryLog.fresh(MemoryLog.limits(4_000)).open();
        traced.calls("others", 3);
        CallOpened model = inTrace(Samples.modelCall("model"), trace);
        CallOpened tool = inTrace(Samples.call("tool"), trace);
        for (CallOpened call : List.of(model, tool)) {
            long now = Rfc3339.micros(traced.now);
            Pending intent = Pending.intent(traced.encoding().intent(call, now), call);
            traced.write(intent);
            traced.write(Pending.outcome(
                    traced.encoding().outcome(call, intent.seq(), Samples.outcome(), now), intent.seq()));
        }
        for (boolean newestFirst : List.of(false, true)) {
            List<String> found = new ArrayList<>();
            AuditQuery query = new AuditQuery(
                    Set.of(), "", "", "", "", trace, AuditQuery.ALL.from(), AuditQuery.ALL.to(), newestFirst, 0);
            new AuditReader(traced.storage).read(query, record -> found.add(record.text("ev")));

            assertThat(newestFirst ? found.reversed() : found)
                    .containsExactly("llm.call.intent", "llm.call.outcome", "tool.call.intent", "tool.call.outcome");
        }
    }

    private static CallOpened inTrace(CallOpened call, String trace) {
        return new CallOpened(
                call.callId(),
                call.kind(),
                call.durability(),
                call.actor(),
                call.agent(),
                call.source(),
                call.mcp(),
                new TraceRef("00-" + trace + "-b7ad6b7169203331-01"),
                call.tool(),
                call.model(),
                call.policy(),
                call.decision(),
                call.arguments());
    }

    @Test
    void aSummaryNamesTheModelThatServedAndItsTokens() throws IOException {
        MemoryLog models = MemoryLog.fresh(MemoryLog.limits(4_000)).open();
        CallOpened call = Samples.modelCall("m");
        long now = Rfc3339.micros(models.now);
        Pending intent = Pending.intent(models.encoding().intent(call, now), call);
        models.write(intent);
        models.write(Pending.outcome(
                models.encoding().outcome(call, intent.seq(), Samples.modelOutcome(), now), intent.seq()));
        List<AuditRecord> found = new ArrayList<>();
        new AuditReader(models.storage).read(query("", "", "", "llm.call.outcome", false, 0), found::add);

        assertThat(found.getFirst().summary())
                .contains("model=small>acme-small-2-0611  by=acme  attempts=2  tokens=100+12  cost_usd=0.000012345");
    }

    @Test
    void callsOfAModelAreFoundByItsAlias() throws IOException {
        MemoryLog models = MemoryLog.fresh(MemoryLog.limits(4_000)).open();
        CallOpened call = Samples.modelCall("m");
        models.write(Pending.intent(models.encoding().intent(call, Rfc3339.micros(models.now)), call));

        assertThat(count(models, "model:small")).isEqualTo(1);
        assertThat(count(models, "model:smal")).isZero();
        assertThat(count(models, "small")).as("a tool of that name").isZero();
    }

    private static int count(MemoryLog log, String tool) throws IOException {
        List<AuditRecord> found = new ArrayList<>();
        AuditQuery all = AuditQuery.ALL;
        AuditQuery query =
                new AuditQuery(Set.of(), tool, "", "", "", all.from(), all.to(), all.newestFirst(), all.limit());
        new AuditReader(log.storage).read(query, found::add);
        return found.size();
    }

    @Test
    void timesNarrowInBothDirections() throws IOException {
        Instant from = Instant.parse("2026-11-21T04:49:00.600Z");
        Instant to = Instant.parse("2026-11-21T04:49:01.200Z");
        List<String> expected = log.lines().stream()
                .filter(line -> line.contains("\"ts\":\"2026-11-21T04:49:00.6")
                        || line.contains("\"ts\":\"2026-11-21T04:49:00.9")
                        || line.contains("\"ts\":\"2026-11-21T04:49:01.2"))
                .toList();
        for (boolean newestFirst : List.of(false, true)) {
            List<String> found = new ArrayList<>();
            AuditQuery query = new AuditQuery(Set.of(), "", "", "", "", from, to, newestFirst, 0);
            new AuditReader(log.storage).read(query, record -> found.add(record.json()));

            assertThat(newestFirst ? found.reversed() : found)
                    .isEqualTo(expected)
                    .isNotEmpty();
        }
    }

    @Test
    void aDamagedRecordIsPassedOverAndReported() throws IOException {
        String path = LogFiles.records(0);
        log.storage.overwrite(path, Tampering.flipped(log.storage.content(path), 8L * 100));

        List<Long> found = new ArrayList<>();
        AuditReader.Result result =
                new AuditReader(log.storage).read(AuditQuery.ALL, record -> found.add(record.seq()));

        assertThat(result.damaged()).containsExactly(path + ", byte 0");
        assertThat(found).hasSize(log.lines().size() - 1).doesNotContain(0L);
        assertThat(result.matches()).isEqualTo(found.size());
    }

    @Test
    void theUnfinishedEndOfALiveLogIsNotDamage() throws IOException {
        String path = LogFiles.records(LogFiles.segments(log.storage).getLast());
        byte[] content = log.storage.content(path);
        log.storage.overwrite(path, Arrays.copyOf(content, content.length - 10));

        assertThat(new AuditReader(log.storage).read(AuditQuery.ALL, _ -> {}).damaged())
                .isEmpty();
    }

    @Test
    void aMissingLineFeedBeforeTheNewestSegmentIsReported() throws IOException {
        String path = LogFiles.records(0);
        byte[] content = log.storage.content(path);
        log.storage.overwrite(path, Arrays.copyOf(content, content.length - 1));

        assertThat(new AuditReader(log.storage).read(AuditQuery.ALL, _ -> {}).damaged())
                .singleElement()
                .asString()
                .startsWith(path);
    }

    @Test
    void aStretchWithoutLineFeedsIsReportedInBothDirections() throws IOException {
        String path = LogFiles.records(LogFiles.segments(log.storage).getLast());
        byte[] content = log.storage.content(path);
        log.storage.overwrite(path, Arrays.copyOf(content, content.length + RecordLine.BYTES_MAX + 1));

        for (boolean newestFirst : List.of(true, false)) {
            AuditQuery query = new AuditQuery(
                    Set.of(), "", "", "", "", AuditQuery.ALL.from(), AuditQuery.ALL.to(), newestFirst, 0);
            assertThat(new AuditReader(log.storage).read(query, _ -> {}).damaged())
                    .isNotEmpty();
        }
    }

    @Test
    void aSummaryCannotSteerATerminal() throws IOException {
        List<AuditRecord> found = new ArrayList<>();
        CallOpened plain = Samples.call("x");
        ToolRef hostile = new ToolRef("crm", "\u001b[2J\nlog cleared\u202e", "");
        CallOpened call = new CallOpened(
                "\u0007call",
                plain.kind(),
                plain.durability(),
                plain.actor(),
                plain.agent(),
                plain.source(),
                plain.mcp(),
                plain.trace(),
                hostile,
                plain.policy(),
                plain.decision(),
                plain.arguments());
        log.open().write(Pending.intent(log.encoding().intent(call, 0), call));
        new AuditReader(log.storage).read(query("", "", "", "tool.call.intent", true, 1), found::add);

        assertThat(found.getFirst().summary())
                .doesNotContain("\u001b", "\n", "\u202e")
                .contains("\\u001b[2J\\u000alog cleared\\u202e");
    }

    private List<Long> numbers(AuditQuery query) throws IOException {
        List<Long> numbers = new ArrayList<>();
        new AuditReader(log.storage).read(query, found -> numbers.add(found.seq()));
        return numbers;
    }

    private static AuditQuery query(
            String tool, String decision, String call, String event, boolean newestFirst, long limit) {
        return new AuditQuery(
                Set.of(), tool, decision, call, event, AuditQuery.ALL.from(), AuditQuery.ALL.to(), newestFirst, limit);
    }

    private static AuditQuery subjects(Set<String> subjects) {
        return new AuditQuery(subjects, "", "", "", "", AuditQuery.ALL.from(), AuditQuery.ALL.to(), false, 0);
    }
}
