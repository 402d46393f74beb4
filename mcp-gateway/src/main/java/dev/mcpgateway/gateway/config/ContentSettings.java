package dev.mcpgateway.gateway.config;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whose requests and answers are kept.
 *
 * @param folder where the files are
 * @param memoryBytes most bytes of contents that are not on disk yet, of all calls together
 * @param longestWait longest wait for the disk of a call whose content must be kept
 * @param tenants who allows it, by the claim that names it; of no other is anything kept, and what is there expires
 */
public record ContentSettings(Path folder, long memoryBytes, Duration longestWait, Map<String, Tenant> tenants) {
    /** Longest time for which anything is kept; also of what nobody says for how long it is. */
    public static final int KEEP_DAYS_MAX = 3650;

    /** Longest name of a folder in the file systems that there are. */
    private static final int NAME_BYTES_MAX = 255;

    /** Keeps the order of the file. */
    public ContentSettings {
        tenants = Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
    }

    /** How the folder of a tenant is called: no part of a path, whatever the tenant is called. */
    public static String folderName(String tenant) {
        String encoded = URLEncoder.encode(tenant, StandardCharsets.UTF_8);
        return encoded.startsWith(".") ? "%2E" + encoded.substring(1) : encoded;
    }

    /** Whether there can be such a folder, and is of no other tenant. */
    static boolean hasFolder(String tenant) {
        String called = folderName(tenant);
        return called.length() <= NAME_BYTES_MAX
                && URLDecoder.decode(called, StandardCharsets.UTF_8).equals(tenant);
    }

    /**
     * A tenant that allows it.
     *
     * @param issuers aliases of the issuers whose word for the tenant is taken
     * @param publicKey PEM file of the key that is sealed for
     * @param aliases models whose calls are kept; none for all
     * @param isRequired whether a call whose content cannot be kept is refused
     * @param keepDays days after which it is deleted
     * @param bytes most bytes of all files of the tenant
     * @param recordBytes most bytes of one request and its answer
     */
    public record Tenant(
            Set<String> issuers,
            Path publicKey,
            Set<String> aliases,
            boolean isRequired,
            int keepDays,
            long bytes,
            int recordBytes) {
        /** Copies the sets. */
        public Tenant {
            issuers = Set.copyOf(issuers);
            aliases = Set.copyOf(aliases);
        }
    }
}
