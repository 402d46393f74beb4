package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.gateway.config.ContentSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.atomic.AtomicLong;

/** One tenant whose content is kept, and how much of its disk is taken. */
final class KeptTenant {
    private final String name;
    private final ContentSettings.Tenant settings;
    private final TenantKey key;
    private final ContentFolder folder;
    private final AtomicLong taken = new AtomicLong();

    /**
     * Counts what is there.
     *
     * @throws IOException if the key or the folder cannot be read
     */
    KeptTenant(String name, ContentSettings.Tenant settings, Path all) throws IOException {
        this.name = name;
        this.settings = settings;
        this.key = TenantKey.read(settings.publicKey());
        this.folder = new ContentFolder(all, name);
        for (LocalDate day : folder.days()) {
            folder.clean(day);
            taken.addAndGet(folder.size(day).bytes());
        }
    }

    String name() {
        return name;
    }

    ContentSettings.Tenant settings() {
        return settings;
    }

    TenantKey key() {
        return key;
    }

    ContentFolder folder() {
        return folder;
    }

    /** Bytes on disk, and set aside for what is about to be. */
    long taken() {
        return taken.get();
    }

    /** Sets disk aside, or nothing. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= settings.bytes()) {
            return true;
        }
        give(bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }
}
