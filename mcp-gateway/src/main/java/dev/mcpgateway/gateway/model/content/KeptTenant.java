package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.gateway.config.ContentSettings;
import java.io.IOException;

/** One tenant whose content is kept. */
final class KeptTenant {
    private final ContentSettings.Tenant settings;
    private final TenantKey key;
    private final TenantFiles files;

    /**
     * Reads the key, and writes down for how long the tenant's content is kept.
     *
     * @throws IOException if the key or the folder cannot be used
     */
    KeptTenant(String name, ContentSettings.Tenant settings, ContentFolder folder) throws IOException {
        this.settings = settings;
        this.key = TenantKey.read(settings.publicKey());
        this.files = new TenantFiles(name, folder, settings.keepDays());
        folder.keepDays(settings.keepDays());
    }

    String name() {
        return files.tenant();
    }

    ContentSettings.Tenant settings() {
        return settings;
    }

    TenantKey key() {
        return key;
    }

    TenantFiles files() {
        return files;
    }

    /** Sets disk aside, or nothing. */
    boolean take(long bytes) {
        return files.take(bytes, settings.bytes());
    }

    void give(long bytes) {
        files.give(bytes);
    }
}
