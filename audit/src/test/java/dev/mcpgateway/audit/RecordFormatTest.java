package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documented format is the written one. */
class RecordFormatTest {
    private static final Path DOCUMENT = Path.of("src/main/java/dev/mcpgateway/audit/package-info.java");

    @Test
    void theDocumentedExampleIsARecordAsTheLogWritesIt() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20)).open();
        CallOpened call = new CallOpened(
                "call-7",
                CallKind.TOOL_CALL,
                Durability.STRICT,
                new Actor("https://id.example/", "user-1", "agent-app", List.of("crm:read"), "", ""),
                Agent.NONE,
                new Source("192.0.2.7", 40_312, ""),
                new McpExchange("2026-07-28", "tools/call", "7", "", "streamable_http"),
                TraceRef.NONE,
                new ToolRef("crm", "get_customer", ""),
                new PolicyRef("", List.of("support-may-read")),
                new Decision(Decision.Effect.ALLOW, "rule"),
                new PayloadSize(42));
        log.write(Pending.intent(log.encoding().intent(call, Rfc3339.micros(log.now)), call));

        assertThat(documentedExample()).isEqualTo(log.lines().getLast());
    }

    @Test
    void theDocumentedExampleHasTheDocumentedChecksum() throws IOException {
        byte[] line = documentedExample().getBytes(StandardCharsets.UTF_8);
        RecordLine frame = new RecordLine();

        assertThat(frame.parse(line, 0, line.length)).isTrue();
        assertThat(frame.seq()).isEqualTo(1);
        assertThat(frame.batch()).isEqualTo(2);
        assertThat(frame.batchRecords()).isEqualTo(1);
    }

    private static String documentedExample() throws IOException {
        return section("<pre id=\"example\">").stream().map(String::strip).collect(Collectors.joining());
    }

    @Test
    void theDocumentedMembersAreTheWrittenOnesInTheirOrder() throws IOException {
        List<String> documented = section("id          UUID").stream()
                .filter(line -> !line.startsWith(" "))
                .map(line -> line.split(" ", 2)[0])
                .toList();
        List<String> order = new ArrayList<>(List.of("v", "seq", "b", "bn", "ts", "id"));
        order.addAll(documented);
        order.add("crc");

        for (String line : EventEncodingTest.linesOfEveryKind()) {
            List<String> names = topLevelNames(line);
            assertThat(order).as(line).containsAll(names);
            assertThat(names).as(line).isSortedAccordingTo((a, b) -> order.indexOf(a) - order.indexOf(b));
        }
    }

    @Test
    void everyWrittenEventIsDocumented() throws IOException {
        String document = Files.readString(DOCUMENT, StandardCharsets.UTF_8);
        for (String line : EventEncodingTest.linesOfEveryKind()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            String event = RecordFields.read(bytes, 0, bytes.length).event();
            String last = event.startsWith("admin.") ? "ACTION" : event.substring(event.lastIndexOf('.') + 1);
            assertThat(document).as(event).contains(last);
        }
    }

    private static List<String> topLevelNames(String line) {
        List<String> names = new ArrayList<>();
        Matcher name = Pattern.compile("\"([a-z_]+)\":").matcher(line);
        while (name.find()) {
            long depth = line.substring(0, name.start())
                            .chars()
                            .filter(c -> c == '{' || c == '[')
                            .count()
                    - line.substring(0, name.start())
                            .chars()
                            .filter(c -> c == '}' || c == ']')
                            .count();
            if (depth == 1) {
                names.add(name.group(1));
            }
        }
        return names;
    }

    /** The lines between a line and the end of its block, without the comment's margin. */
    private static List<String> section(String start) throws IOException {
        String document = Files.readString(DOCUMENT, StandardCharsets.UTF_8);
        String after = document.substring(document.indexOf(start));
        String block = after.substring(after.indexOf('\n') + 1, after.indexOf("</pre>"));
        return Arrays.stream(block.split("\n", -1))
                .filter(line -> line.length() > 3)
                .map(line -> line.substring(3))
                .toList();
    }
}
