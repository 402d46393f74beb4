package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.evidence.KeptContents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** One tenant, {@code acme}, in a folder of a test: contents to hand in, and what became of them. */
record TestContents(Path folder) {
    static final long DISK = 8 << 20;
    private static final CallIds IDS = new CallIds(InstantSource.system(), new Random());

    /** With keys. */
    static TestContents in(Path folder) throws Exception {
        if (Files.notExists(folder.resolve("acme.pem"))) {
            ContentKeys.in(folder, "acme");
        }
        return new TestContents(folder);
    }

    Path all() {
        return folder.resolve("content");
    }

    ContentSettings settings() {
        return new ContentSettings(all(), 64 << 20, Duration.ofSeconds(20), Map.of("acme", bounds()));
    }

    private ContentSettings.Tenant bounds() {
        return new ContentSettings.Tenant(
                Set.of("corp"), folder.resolve("acme.pub.pem"), Set.of(), false, 30, 1L << 40, 4 << 20);
    }

    KeptTenant tenant(ContentDay.DirectorySync sync) throws IOException {
        Files.createDirectories(all());
        return new KeptTenant("acme", bounds(), new ContentFolder(all(), "acme", sync));
    }

    KeptTenant tenant() throws IOException {
        return tenant(ContentDay.DirectorySync.REAL);
    }

    /** A gateway's start. */
    SealedContent start(AuditLog audit) throws IOException {
        return new SealedContent(settings(), audit, InstantSource.system(), System::nanoTime, proofs(audit));
    }

    static Proofs proofs(AuditLog audit) {
        AuditReader log = new AuditReader(audit.address().directory());
        return (call, where, since) -> KeptContents.proves(log, call, where, since);
    }

    /** A call's content, with its share of the tenant's disk. */
    static Keeping keeping(KeptTenant tenant, int bytes) {
        if (!tenant.take(DISK)) {
            throw new IllegalStateException("the disk of a test is large enough");
        }
        Content content = new Content(
                IDS.next(),
                tenant.name(),
                "gpt",
                "chat",
                Instant.now(),
                Content.AnswerForm.WHOLE,
                true,
                false,
                "what of Ada?".getBytes(StandardCharsets.UTF_8),
                new byte[bytes]);
        return new Keeping(content, tenant, bytes, DISK);
    }

    /** Everything that stands in the days of the tenant. */
    List<Path> files() throws IOException {
        if (Files.notExists(all().resolve("acme"))) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(all().resolve("acme"), 2)) {
            return found.filter(each -> each.getNameCount() == all().getNameCount() + 3)
                    .toList();
        }
    }
}
