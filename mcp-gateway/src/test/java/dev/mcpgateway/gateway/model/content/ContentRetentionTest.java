package dev.mcpgateway.gateway.model.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is over its time is deleted in a heap that does not depend on how much that is, and calls are kept meanwhile.
 *
 * <p>{@code -Dcontent.retention.files=1000000 -Dcontent.retention.bytes=10240} deletes ten gigabytes.
 */
class ContentRetentionTest {
    private static final int FILES = Integer.getInteger("content.retention.files", 20_000);
    private static final int BYTES = Integer.getInteger("content.retention.bytes", 512);

    /** Of the process that deletes; it has about half of that before it begins. */
    private static final String HEAP = "-Xmx40m";

    private static final int NAME_CHARS = 200;
    private static final int NAMES = 15;

    @TempDir
    Path folder;

    /** Names so long that each file of a day costs three kilobytes, if it is held while others are deleted. */
    private Path deep() throws IOException {
        Path deep = folder;
        for (int i = 0; i < NAMES; i++) {
            deep = deep.resolve("d".repeat(NAME_CHARS));
        }
        return Files.createDirectories(deep);
    }

    private static String day(int ago) {
        return DateTimeFormatter.BASIC_ISO_DATE.format(
                LocalDate.now(ZoneOffset.UTC).minusDays(ago));
    }

    /** As a gateway leaves it that was stopped for months. */
    private static void fill(Path all) throws IOException {
        Path over = Files.createDirectories(all.resolve("acme").resolve(day(90)));
        byte[] sealed = new byte[BYTES];
        for (int i = 0; i < FILES; i++) {
            Files.write(over.resolve(new UUID(0, i) + ".jwe"), sealed);
        }
        Path inTime = Files.createDirectories(all.resolve("acme").resolve(day(5)));
        Files.write(inTime.resolve(new UUID(1, 0) + ".jwe"), sealed);
    }

    private static List<String> printed(Process process) throws Exception {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            return out.readAllLines();
        } finally {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatIsOverItsTimeIsCountedAndDeletedInASmallHeapHoweverMuchItIs() throws Exception {
        Path deep = deep();
        TestContents contents = TestContents.in(deep);
        fill(contents.all());

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ContentExpiringProcess.class.getName(),
                        deep.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = printed(process);

        assertThat(process.exitValue()).as("it ended well: %s", lines).isZero();
        assertThat(lines).containsExactly(Long.toString((FILES + 1L) * BYTES), Integer.toString(BYTES));
        assertThat(contents.files())
                .containsExactly(contents.all().resolve("acme").resolve(day(5)).resolve(new UUID(1, 0) + ".jwe"));
        try (TestAuditLog audit = TestAuditLog.in(deep)) {
            List<AuditRecord> expired = audit.records().stream()
                    .filter(each -> each.text("ev").equals("content.expired"))
                    .toList();
            assertThat(expired).hasSize(1);
            assertThat(expired.getFirst().text("detail.where")).isEqualTo("acme/" + day(90));
            assertThat(expired.getFirst().text("detail.files")).isEqualTo(Integer.toString(FILES));
            assertThat(expired.getFirst().text("detail.bytes")).isEqualTo(Long.toString((long) FILES * BYTES));
        }
    }

    @Test
    void whoKeepsContentDoesNotWaitForADeletion() throws Exception {
        TestContents contents = TestContents.in(folder);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (TestAuditLog audit = TestAuditLog.in(folder);
                SealedContent content = contents.start(audit.log())) {
            Path over = Files.createDirectories(contents.all().resolve("acme").resolve(day(90)));
            Files.write(over.resolve(new UUID(0, 0) + ".jwe"), new byte[BYTES]);
            KeptTenant tenant = contents.tenant(directory -> {
                if (directory.equals(over)) {
                    reached.countDown();
                    await(released);
                }
            });
            Thread expiring = Thread.ofPlatform().start(() -> {
                // as the gateway does, and erasing waits for it
                synchronized (content) {
                    expire(tenant, audit);
                }
            });
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

            Keeping keeping = TestContents.keeping(tenant, 1000);
            content.writer().write(keeping);

            assertThat(keeping.isKeptWithin(60_000)).isTrue();
            assertThat(expiring.isAlive()).isTrue();
            released.countDown();
            expiring.join();
            assertThat(over).doesNotExist();
        } finally {
            released.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(120, TimeUnit.SECONDS)) {
                throw new IOException("nobody lets it go on");
            }
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
    }

    private static void expire(KeptTenant tenant, TestAuditLog audit) {
        try {
            tenant.files().expire(LocalDate.now(ZoneOffset.UTC), audit.log());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
