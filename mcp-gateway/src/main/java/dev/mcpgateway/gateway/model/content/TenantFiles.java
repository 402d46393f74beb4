package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.AuditEvent.ContentChanged;
import dev.mcpgateway.audit.AuditEvent.ContentChanged.Fate;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.model.content.ContentDay.Size;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What is on disk of one tenant, whether it is configured or was, and for how long. */
final class TenantFiles {
    private final String tenant;
    private final ContentFolder folder;
    private final int keepDays;
    private final AtomicLong taken = new AtomicLong();

    /** Nothing is read yet. */
    TenantFiles(String tenant, ContentFolder folder, int keepDays) {
        this.tenant = tenant;
        this.folder = folder;
        this.keepDays = keepDays;
    }

    String tenant() {
        return tenant;
    }

    ContentFolder folder() {
        return folder;
    }

    int keepDays() {
        return keepDays;
    }

    /**
     * Ends what a crash left, and counts what is there.
     *
     * @return the calls whose content is lost by the crash
     * @throws IOException if the folder cannot be used
     */
    List<String> open(Proofs proofs) throws IOException {
        List<String> lost = new ArrayList<>();
        for (LocalDate each : folder.days()) {
            ContentDay day = folder.day(each);
            lost.addAll(day.settle(proofs));
            taken.addAndGet(day.size().bytes());
        }
        return lost;
    }

    /** Bytes on disk, and set aside for what is about to be. */
    long taken() {
        return taken.get();
    }

    /** Sets disk aside, or nothing. */
    boolean take(long bytes, long most) {
        long before = taken.getAndUpdate(now -> now + bytes <= most ? now + bytes : now);
        return before + bytes <= most;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    /**
     * Deletes what is over its time; a day that cannot be deleted does not keep another one.
     *
     * @throws IOException if something is still there
     */
    void expire(LocalDate today, AuditLog audit) throws IOException {
        IOException failed = null;
        for (LocalDate each : folder.days()) {
            try {
                if (each.plusDays(keepDays).isBefore(today)) {
                    expire(folder.day(each), audit);
                }
            } catch (IOException failure) {
                failed = failure;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** The record comes first: there may be one of what is still there, and none is missing of what is not. */
    private void expire(ContentDay day, AuditLog audit) throws IOException {
        Size size = day.size();
        if (size.files() > 0) {
            audit.append(new ContentChanged(
                    Fate.EXPIRED,
                    ContentWriter.whose(tenant),
                    Source.NONE,
                    "",
                    day.where(),
                    "",
                    "",
                    size.bytes(),
                    size.files(),
                    false,
                    ""));
            var _ = day.delete("", this::give);
        }
        day.drop();
    }

    /**
     * Deletes what was written before it is called.
     *
     * @param before content of this day and later stays
     * @param call one call alone; empty for all
     * @throws IOException if something that should be is not deleted; all else is
     */
    Size erase(LocalDate before, String call, LocalDate today) throws IOException {
        Size all = Size.NOTHING;
        IOException failed = null;
        for (LocalDate each : folder.days()) {
            ContentDay day = folder.day(each);
            try {
                if (each.isBefore(before)) {
                    all = all.plus(day.delete(call, this::give));
                    if (each.isBefore(today.minusDays(1))) {
                        day.drop();
                    }
                }
            } catch (IOException failure) {
                failed = failure;
            }
        }
        if (failed != null) {
            throw failed;
        }
        return all;
    }
}
