package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.gateway.model.content.ProvedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which calls' content was kept, by the audit log, and whether it is still there. */
public final class KeptContents {
    private static final int ROWS_MAX = 10_000;

    private final Path folder;
    private final String tenant;
    private final List<List<String>> rows = new ArrayList<>();
    private boolean cut;

    /**
     * A list, and what was wrong with the log.
     *
     * @param damaged places that could not be read
     * @param isCut whether there was more than fits
     */
    public record Report(Grid grid, List<String> damaged, boolean isCut) {
        /** Copies the list. */
        public Report {
            damaged = List.copyOf(damaged);
        }
    }

    private KeptContents(Path folder, String tenant) {
        this.folder = folder;
        this.tenant = tenant;
    }

    /**
     * Reads the log once.
     *
     * @param folder the folder of all contents
     * @param tenant whose alone; empty for all
     * @throws IOException if the log or the folder cannot be read
     */
    public static Report of(AuditReader log, Path folder, Instant from, Instant to, String tenant) throws IOException {
        KeptContents contents = new KeptContents(folder, tenant);
        try {
            AuditReader.Result read =
                    log.read(new AuditQuery(Set.of(), "", "", "", "content.*", from, to, false, 0), contents::add);
            return new Report(
                    new Grid(List.of("call", "tenant", "at", "state", "bytes", "cut", "key", "where"), contents.rows),
                    read.damaged(),
                    contents.cut);
        } catch (UncheckedIOException unreadable) {
            throw new IOException(unreadable.getCause());
        }
    }

    /**
     * What proves the content of a call; empty if none was kept, or the log does not have it.
     *
     * @throws IOException if the log cannot be read
     */
    public static Optional<ProvedFile> of(AuditReader log, String call) throws IOException {
        List<ProvedFile> found = new ArrayList<>();
        AuditQuery query = new AuditQuery(
                Set.of(), "", "", call, "content.kept", AuditQuery.ALL.from(), AuditQuery.ALL.to(), true, 1);
        var _ = log.read(query, record -> found.add(file(record)));
        return found.stream().findFirst();
    }

    /**
     * Whether the log has it that this file was kept.
     *
     * @param since no record of it is older
     * @throws IOException if the log cannot be read, or has damaged places in which the record may have been
     */
    public static boolean proves(AuditReader log, String call, String where, Instant since) throws IOException {
        List<ProvedFile> found = new ArrayList<>();
        AuditQuery query = new AuditQuery(Set.of(), "", "", call, "content.kept", since, AuditQuery.ALL.to(), true, 1);
        AuditReader.Result read = log.read(query, record -> found.add(file(record)));
        if (found.isEmpty() && !read.damaged().isEmpty()) {
            throw new IOException("the audit log is damaged, and may have a record of " + where);
        }
        return found.stream().anyMatch(each -> each.where().equals(where));
    }

    private static ProvedFile file(AuditRecord found) {
        return new ProvedFile(
                found.text("detail.where"), found.fields().at("/detail/bytes").asLong(-1), found.text("detail.sha256"));
    }

    private void add(AuditRecord found) {
        if (!tenant.isEmpty() && !tenant.equals(found.text("tenant"))) {
            return;
        }
        if (rows.size() >= ROWS_MAX) {
            cut = true;
            return;
        }
        rows.add(List.of(
                found.text("call"),
                found.text("tenant"),
                found.text("ts"),
                state(found),
                found.text("detail.bytes"),
                found.text("detail.cut"),
                found.text("detail.key"),
                found.text("detail.where")));
    }

    private String state(AuditRecord found) {
        return switch (found.text("ev")) {
            case "content.kept" -> {
                try {
                    yield file(found).state(folder).name().toLowerCase(Locale.ROOT);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
            case "content.expired" -> "expired: " + found.text("detail.files") + " files";
            default -> "not kept: " + found.text("detail.reason");
        };
    }
}
