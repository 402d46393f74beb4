package dev.mcpgateway.gateway.model.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.TestAuditLog;
import dev.mcpgateway.gateway.config.ContentSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is over its time is deleted, whatever is wrong with the folders of other tenants. */
class ContentExpiryTest {
    private static final String DAY = "20200101";

    @TempDir
    Path folder;

    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    private Path all;

    @BeforeEach
    void fill() throws IOException {
        all = UnreadableFolders.in(folder.resolve("content"), unreadable::contains);
        for (String tenant : List.of("acme", "beta", "other")) {
            Files.createDirectories(all.resolve(tenant).resolve(DAY));
            new ContentFolder(all, tenant).keepDays(30);
            Files.writeString(file(tenant), "sealed");
        }
    }

    private Path file(String tenant) {
        return all.resolve(tenant).resolve(DAY).resolve(new UUID(0, 1) + ".jwe");
    }

    private SealedContent start(TestAuditLog audit) throws IOException {
        return new SealedContent(
                new ContentSettings(all, 1 << 20, Duration.ofSeconds(20), Map.of()),
                audit.log(),
                InstantSource.system(),
                System::nanoTime,
                TestContents.proofs(audit.log()));
    }

    private static List<String> expired(TestAuditLog audit) {
        return audit.records().stream()
                .filter(each -> each.text("ev").equals("content.expired"))
                .map(each -> each.text("tenant"))
                .toList();
    }

    @Test
    void aFolderThatCannotBeReadKeepsNoContentOfAnotherTenant() throws Exception {
        try (TestAuditLog audit = TestAuditLog.in(folder);
                SealedContent content = start(audit)) {
            unreadable.add("acme");
            content.expire();

            assertThat(expired(audit)).containsExactly("beta", "other");
            assertThat(file("beta")).doesNotExist();
            assertThat(file("other")).doesNotExist();
            assertThat(file("acme")).exists();
            unreadable.clear();
            content.expire();
            assertThat(expired(audit)).containsExactly("beta", "other", "acme");
            assertThat(file("acme")).doesNotExist();
        }
    }

    @Test
    void aTenantOfFormerTimesWhoseFolderCannotBeReadKeepsNoGatewayFromStarting() throws Exception {
        unreadable.add("acme");
        try (TestAuditLog audit = TestAuditLog.in(folder);
                SealedContent content = start(audit)) {
            content.expire();

            assertThat(expired(audit)).containsExactly("beta", "other");
        }
    }

    @Test
    void aDayWhoseMarksCannotBeReadIsSaidToBeUnreadable() throws Exception {
        unreadable.add(DAY);
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            Proofs proofs = TestContents.proofs(audit.log());
            TenantFiles acme = new TenantFiles("acme", new ContentFolder(all, "acme"), 30);

            assertThatThrownBy(() -> acme.open(proofs))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(DAY);
        }
    }

    @Test
    void aFolderOfAllThatCannotBeReadRefusesTheStartInWords() throws Exception {
        unreadable.add("content");
        try (TestAuditLog audit = TestAuditLog.in(folder)) {
            assertThatThrownBy(() -> start(audit))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Input/output error");
        }
    }
}
