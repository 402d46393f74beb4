package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code models.content}. Left out, no request and no answer is kept. */
final class ContentReader {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration WAIT_MIN = Duration.ofMillis(100);
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);
    private static final int KEEP_DAYS_MAX = 3650;
    private static final long TENANT_BYTES = 1L << 30;
    private static final long TENANT_BYTES_MAX = 1L << 50;
    private static final int RECORD_BYTES = 1 << 20;
    private static final int RECORD_BYTES_MAX = 64 << 20;
    private static final int TENANTS_MAX = 1_000;
    private static final int NAME_CHARS_MAX = 64;

    private final ConfigReader config;
    private final Set<String> aliases;

    ContentReader(ConfigReader config, Set<String> aliases) {
        this.config = config;
        this.aliases = aliases;
    }

    Optional<ContentSettings> content(YamlObject models) {
        return models.object("content").map(this::settings);
    }

    private ContentSettings settings(YamlObject section) {
        Map<String, ContentSettings.Tenant> tenants = new LinkedHashMap<>();
        section.named("tenants").forEach((name, value) -> {
            if (name.isEmpty() || name.length() > NAME_CHARS_MAX || name.chars().anyMatch(Character::isISOControl)) {
                value.problem("a tenant has 1 to " + NAME_CHARS_MAX + " characters and no control characters", "");
            }
            tenants.put(name, tenant(value.object()));
        });
        if (tenants.isEmpty() || tenants.size() > TENANTS_MAX) {
            section.problem(
                    "tenants",
                    "there must be 1 to " + TENANTS_MAX + " tenants",
                    "Name who allows it: {acme: {issuers: [corp], public_key: acme.pub.pem, keep_days: 30}}");
        }
        ContentSettings settings = new ContentSettings(
                config.path(section.text("dir", "content")),
                section.integer("memory_bytes", RECORD_BYTES, 1L << 40, MEMORY_BYTES),
                section.millis("wait_ms", WAIT_MIN, WAIT_MAX, WAIT),
                tenants);
        tenants.forEach((name, tenant) -> {
            if (tenant.recordBytes() > settings.memoryBytes()) {
                section.problem("memory_bytes", "one record of '" + name + "' is larger than that", "");
            }
        });
        section.rejectUnknownKeys();
        return settings;
    }

    private ContentSettings.Tenant tenant(YamlObject entry) {
        Set<String> issuers = new LinkedHashSet<>(entry.texts("issuers"));
        if (issuers.isEmpty()) {
            entry.problem(
                    "issuers",
                    "it must say whose word for the tenant is taken",
                    "Name aliases of issuers: another issuer's tenant of the same name is somebody else");
        }
        Set<String> models = new LinkedHashSet<>(entry.texts("aliases"));
        if (entry.has("aliases") && models.isEmpty()) {
            entry.problem("aliases", "it names nothing", "Leave the key out for all models");
        }
        for (String model : models) {
            if (!aliases.contains(model)) {
                entry.problem("aliases", "no model has the alias '" + model + "'", "Known: " + aliases);
            }
        }
        if (!entry.has("keep_days")) {
            entry.problem("keep_days", "'keep_days' must be written out", "For how many days may it be kept?");
        }
        ContentSettings.Tenant tenant = new ContentSettings.Tenant(
                issuers,
                config.path(entry.text("public_key")),
                models,
                entry.flag("required", false),
                (int) entry.integer("keep_days", 1, KEEP_DAYS_MAX, 1),
                entry.integer("bytes", RECORD_BYTES, TENANT_BYTES_MAX, TENANT_BYTES),
                (int) entry.integer("record_bytes", 1024, RECORD_BYTES_MAX, RECORD_BYTES));
        if (tenant.bytes() < 2L * tenant.recordBytes()) {
            entry.problem("bytes", "it must be at least twice record_bytes", "");
        }
        entry.rejectUnknownKeys();
        return tenant;
    }

    /** An issuer that does not exist would be a tenant of whom nothing is kept. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        config.models()
                .flatMap(Models::content)
                .ifPresent(content -> content.tenants()
                        .forEach((name, tenant) -> tenant.issuers().forEach(issuer -> {
                            if (!config.issuerAliases().contains(issuer)) {
                                root.problem(
                                        "models",
                                        "content of tenant '" + name + "' is of issuer '" + issuer
                                                + "', which is not configured",
                                        "Known: " + config.issuerAliases());
                            }
                        })));
    }
}
