package dev.mcpgateway.gateway.model.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.audit.testing.FaultyStorage;
import dev.mcpgateway.audit.testing.TestAuditLog;
import dev.mcpgateway.connectors.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is handed in is kept or told to be lost, whatever happens: never neither, never both. */
class ContentWriterTest {
    @TempDir
    Path folder;

    private final AtomicLong memory = new AtomicLong();
    private TestContents contents;

    @BeforeEach
    void keys() throws Exception {
        contents = TestContents.in(folder);
    }

    private ContentWriter writer(TestAuditLog audit, Duration patience) {
        return new ContentWriter(
                audit.log(), System::nanoTime, ended -> memory.addAndGet(-ended.memory()), patience, 1);
    }

    private Keeping handIn(ContentWriter writer, KeptTenant tenant) {
        Keeping keeping = TestContents.keeping(tenant, 1000);
        memory.addAndGet(keeping.memory());
        writer.write(keeping);
        return keeping;
    }

    private static List<String> lost(TestAuditLog audit) {
        return records(audit, "content.lost").stream()
                .map(each -> each.text("call") + " " + each.text("detail.reason"))
                .toList();
    }

    private static List<AuditRecord> records(TestAuditLog audit, String event) {
        return audit.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList();
    }

    private static boolean isKept(Keeping keeping) throws InterruptedException {
        return keeping.isKeptWithin(TimeUnit.SECONDS.toMillis(30));
    }

    @Test
    void whatStillWaitsWhenTheDiskIsTooSlowToStopForIsToldToBeLost() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            FaultyStorage.Hold hold = audit.disk().hold(FaultyStorage.Operation.SYNC);
            ContentWriter writer = writer(audit, Duration.ZERO);
            Keeping first = handIn(writer, tenant);
            hold.awaitReached();
            List<Keeping> waiting =
                    IntStream.range(0, 5).mapToObj(_ -> handIn(writer, tenant)).toList();

            writer.close();

            for (Keeping each : waiting) {
                assertThat(each.hasEndedWithin(0)).isTrue();
                assertThat(isKept(each)).isFalse();
            }
            assertThat(memory).hasValue(first.memory());
            assertThat(tenant.files().taken()).isEqualTo(TestContents.DISK);
            hold.release();
            assertThat(isKept(first)).isTrue();
            Await.until("five are lost", () -> lost(audit).size() == 5);
            assertThat(lost(audit))
                    .containsExactlyElementsOf(waiting.stream()
                            .map(each -> each.content().call() + " closing")
                            .toList());
            assertThat(memory).hasValue(0);
        }
    }

    @Test
    void whatIsHandedInAfterTheEndIsToldToBeLost() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            ContentWriter writer = writer(audit, Duration.ofSeconds(30));
            writer.close();

            Keeping late = handIn(writer, tenant);

            assertThat(late.hasEndedWithin(0)).isTrue();
            Await.until(
                    "it is lost",
                    () -> lost(audit).equals(List.of(late.content().call() + " closing")));
            assertThat(memory).hasValue(0);
            assertThat(tenant.files().taken()).isZero();
        }
    }

    @Test
    void theEndWaitsForACallThatHasNotHandedInYet() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            ContentWriter writer = writer(audit, Duration.ofSeconds(30));
            writer.begun();
            Thread closing = Thread.ofPlatform().start(writer::close);
            Await.until(
                    "it waits",
                    () -> closing.getState() == Thread.State.TIMED_WAITING
                            || closing.getState() == Thread.State.TERMINATED);

            Keeping last = handIn(writer, tenant);
            writer.over();
            closing.join();

            assertThat(last.hasEndedWithin(0)).isTrue();
            assertThat(isKept(last)).isTrue();
            assertThat(lost(audit)).isEmpty();
        }
    }

    @Test
    void aCallThatDoesNotEndHoldsUpTheEndForALimitedTimeAlone() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            ContentWriter writer = writer(audit, Duration.ofMillis(100));
            writer.begun();

            writer.close();

            Keeping late = handIn(writer, tenant);
            writer.over();
            assertThat(late.hasEndedWithin(0)).isTrue();
            assertThat(isKept(late)).isFalse();
            Await.until(
                    "it is lost",
                    () -> lost(audit).equals(List.of(late.content().call() + " closing")));
        }
    }

    @Test
    void aFileWhoseNameIsNotDurableIsDeletedAgain() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant(directory -> {
                if (directory.getFileName().toString().length() == 8) {
                    throw new IOException("the disk is broken");
                }
            });
            try (ContentWriter writer = writer(audit, Duration.ofSeconds(30))) {
                Keeping keeping = handIn(writer, tenant);

                assertThat(isKept(keeping)).isFalse();
                assertThat(contents.files()).isEmpty();
                assertThat(tenant.files().taken()).isZero();
                Await.until(
                        "it is lost",
                        () -> lost(audit).equals(List.of(keeping.content().call() + " disk")));
                assertThat(records(audit, "content.kept")).isEmpty();
            }
        }
    }

    @Test
    void aFileThatTheLogDoesNotTakeIsDeletedAgain() throws Exception {
        TestAuditLog audit = TestAuditLog.in(folder);
        KeptTenant tenant = contents.tenant();
        try (ContentWriter writer = writer(audit, Duration.ofSeconds(30))) {
            audit.disk().fail(FaultyStorage.Operation.SYNC, "the disk is broken");
            audit.disk().fail(FaultyStorage.Operation.WRITE, "the disk is broken");

            Keeping keeping = handIn(writer, tenant);

            assertThat(isKept(keeping)).isFalse();
            assertThat(contents.files()).isEmpty();
            assertThat(tenant.files().taken()).isZero();
            assertThat(memory).hasValue(0);
        }
        assertThatThrownBy(audit::close).isNotNull();
    }

    @Test
    void whatIsOnItsWayWhenItIsErasedIsErasedToo() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            SealedContent content = contents.start(audit.log());
            KeptTenant tenant = contents.tenant();
            FaultyStorage.Hold hold = audit.disk().hold(FaultyStorage.Operation.SYNC);
            // more than there are threads
            List<Keeping> waiting = IntStream.range(0, 10)
                    .mapToObj(_ -> TestContents.keeping(tenant, 1000))
                    .toList();
            waiting.forEach(content.writer()::write);
            hold.awaitReached();
            AtomicReference<SealedContent.Erased> erased = new AtomicReference<>();
            Thread erasing = Thread.ofPlatform().start(() -> {
                try {
                    erased.set(content.erase("acme", LocalDate.MAX, ""));
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            Await.until(
                    "it waits",
                    () -> erasing.getState() == Thread.State.TIMED_WAITING
                            || erasing.getState() == Thread.State.TERMINATED);
            hold.release();

            erasing.join();

            assertThat(erased.get().files()).isEqualTo(10);
            assertThat(contents.files()).isEmpty();
            content.close();
        }
    }

    @Test
    void aFileThatCannotBeDeletedKeepsNoOtherAndNoDisk() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            try (ContentWriter writer = writer(audit, Duration.ofSeconds(30))) {
                for (int i = 0; i < 3; i++) {
                    assertThat(isKept(handIn(writer, tenant))).isTrue();
                }
            }
            Path day = contents.files().getFirst().getParent();
            Files.createDirectories(day.resolve("0.jwe").resolve("in the way"));

            assertThatThrownBy(() -> tenant.files().erase(LocalDate.MAX, "", LocalDate.now(ZoneOffset.UTC)))
                    .isInstanceOf(IOException.class);

            assertThat(contents.files()).containsExactly(day.resolve("0.jwe"));
            assertThat(tenant.files().taken()).isZero();
        }
    }

    @Test
    void nothingIsWrittenBehindALink() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            KeptTenant tenant = contents.tenant();
            Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
            Path own = contents.all().resolve("acme");
            Files.move(own, folder.resolve("moved"));
            Files.createSymbolicLink(own, elsewhere);
            try (ContentWriter writer = writer(audit, Duration.ofSeconds(30))) {
                Keeping keeping = handIn(writer, tenant);

                assertThat(isKept(keeping)).isFalse();
            }
            assertThat(elsewhere).isEmptyDirectory();
            assertThatThrownBy(() -> tenant.files().erase(LocalDate.MAX, "", LocalDate.now(ZoneOffset.UTC)))
                    .hasMessageContaining("symbolic link");
            assertThatThrownBy(() -> contents.start(audit.log())).hasMessageContaining("symbolic link");
        }
    }
}
