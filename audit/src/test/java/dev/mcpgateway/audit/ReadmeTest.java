package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README shows is compiled and runs. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Path THIS = Path.of("src/test/java/dev/mcpgateway/audit/ReadmeTest.java");

    @TempDir
    private Path folder;

    @Test
    void theExampleRecordsACallAndVerifiesItOffline() throws IOException {
        // @start region="example"
        AuditSettings settings =
                AuditSettings.of(folder.resolve("audit"), "audit.example/gw-1", folder.resolve("audit-signing.pem"));
        Path vkey = folder.resolve("gw-1.vkey");
        LogAddress address;
        try (AuditLog log = AuditLog.open(settings, InstantSource.system())) {
            address = log.address();
            try (AuditTicket ticket = log.open(Samples.call("call-1"))) {
                // the intent is on disk: now, and not before, the call may go upstream
                ticket.finish(Samples.outcome());
                // the outcome is on disk: now, and not before, the agent may have the result
            }
        }
        Files.writeString(vkey, address.vkey());
        VerifyReport report = AuditVerifier.verify(address.directory(), VerifyOptions.pinned(vkey));
        // @end

        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.provenRecords()).isEqualTo(4);
    }

    @Test
    void theReadmeShowsThisExample() throws IOException {
        assertThat(block(README, "```java\n", "```")).isEqualTo(block(THIS, "region=\"example\"\n", "        // @end"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AuditLog", "SegmentWriter", "Recovery", "HashTree", "AuditVerifier"})
    void everyClassTheReadmeNamesExists(String name) throws IOException {
        assertThat(Files.readString(README, StandardCharsets.UTF_8)).contains("`" + name + "`");
        assertThat(Path.of("src/main/java/dev/mcpgateway/audit", name + ".java"))
                .exists();
    }

    private static List<String> block(Path file, String start, String end) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int from = text.indexOf(start) + start.length();
        String block = text.substring(from, text.indexOf(end, from));
        return block.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
