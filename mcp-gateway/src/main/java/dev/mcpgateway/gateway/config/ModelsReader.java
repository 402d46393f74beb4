package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.Residency;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import dev.mcpgateway.policy.yaml.YamlValue.Variant;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code models}. */
final class ModelsReader {
    private static final int BYTES_DEFAULT = 16 * 1024 * 1024;
    private static final int STREAM_BYTES_DEFAULT = 64 * 1024 * 1024;
    private static final int CONCURRENT_CALLS = 256;
    static final Duration SHORTEST = Duration.ofMillis(10);
    static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration EVENT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration TOTAL_TIMEOUT = Duration.ofMinutes(10);

    private final ConfigReader config;

    ModelsReader(ConfigReader config) {
        this.config = config;
    }

    Models models(YamlObject section) {
        Map<String, Models.Provider> providers = ConfigReader.named(section, "providers", this::provider);
        Map<String, Models.Alias> aliases = AliasReader.aliases(section, providers);
        Optional<JudgeSettings> judge = JudgeReader.judge(section, aliases);
        Optional<DoctorSettings> doctor = OwnBudgets.doctor(section);
        Models models = new Models(
                section.optional("audience").isPresent() ? ConfigReader.httpUrl(section, "audience", "") : null,
                bytes(section, "request_bytes", BYTES_DEFAULT),
                bytes(section, "reply_bytes", BYTES_DEFAULT),
                bytes(section, "stream_bytes", STREAM_BYTES_DEFAULT),
                providers,
                aliases,
                OwnBudgets.beside(section, new MoneyReader(config, aliases.keySet()).money(section), judge, doctor),
                ModelCachesReader.caches(section, aliases.keySet()),
                RoutingReader.routing(section),
                IncidentReader.read(config, section),
                KeptIdsReader.read(section, providers.keySet()),
                judge,
                new ContentReader(config, aliases.keySet()).content(section),
                ObserveReader.observe(section, aliases.keySet()),
                doctor);
        if (models.aliases().isEmpty()) {
            section.problem("aliases", "no model has an alias", "Agents name models by aliases: gpt: {targets: […]}");
        }
        BedrockReader.checkModels(section, models);
        checkUnused(section, models);
        section.rejectUnknownKeys();
        return models;
    }

    private static int bytes(YamlObject section, String key, int fallback) {
        return (int) section.integer(key, 1024, 1 << 30, fallback);
    }

    private Models.Provider provider(String name, YamlObject entry) {
        ProviderKind kind = entry.required("kind")
                .map(value -> value.choice(ProviderKind.class))
                .orElse(ProviderKind.OPENAI);
        Credential credential = credential(entry, kind);
        URI url = ConfigReader.httpUrl(entry, "base_url", baseUrl(kind, credential));
        UpstreamReader.checkPlain(entry, "base_url", url, entry.flag("allow_plain_http", false));
        return new Models.Provider(
                name,
                kind,
                url,
                TranslationReader.apiVersion(entry, kind, url),
                credential,
                ConfigReader.networks(entry),
                millis(entry, "connect_timeout_ms", CONNECT_TIMEOUT),
                millis(entry, "first_event_timeout_ms", EVENT_TIMEOUT),
                millis(entry, "idle_timeout_ms", EVENT_TIMEOUT),
                millis(entry, "total_timeout_ms", TOTAL_TIMEOUT),
                (int) entry.integer("concurrent_calls", 1, 100_000, CONCURRENT_CALLS),
                entry.flag("include_usage", true),
                new LinkedHashSet<>(entry.texts("betas")),
                TranslationReader.translation(entry, kind),
                BedrockReader.api(entry, kind),
                residency(entry, ""));
    }

    /** None where each operator has one of its own: the key is missing then. */
    private static String baseUrl(ProviderKind kind, Credential credential) {
        return switch (kind) {
            case OPENAI -> "https://api.openai.com/v1";
            case ANTHROPIC -> "https://api.anthropic.com/v1";
            case GEMINI -> "https://generativelanguage.googleapis.com/v1beta";
            case OPENAI_COMPATIBLE, AZURE_OPENAI -> "";
            case BEDROCK -> BedrockReader.baseUrl(credential);
        };
    }

    /** The name of the place; {@code fallback} where none is written. */
    static String residency(YamlObject entry, String fallback) {
        String place = entry.text("residency", fallback);
        if (entry.has("residency") && !Residency.isPlace(place)) {
            entry.problem(
                    "residency",
                    "'" + place + "' is no name of a place",
                    "Use 1 to 63 of a-z 0-9 - and begin with a letter or digit, such as eu");
        }
        return place;
    }

    private static Duration millis(YamlObject entry, String key, Duration fallback) {
        return entry.millis(key, SHORTEST, LONGEST, fallback);
    }

    private Credential credential(YamlObject entry, ProviderKind kind) {
        if (kind == ProviderKind.BEDROCK) {
            return new BedrockReader(config).credential(entry);
        }
        Optional<YamlValue> value = entry.optional("credential");
        if (value.isEmpty()) {
            entry.problem(
                    "credential",
                    "'credential' must be written out",
                    "Write {static: {secret: {file: PATH}}}, {workload_token: {…}}, or none; the caller's token is never passed on");
            return new Credential.None();
        }
        Optional<Variant> variant = value.get().variant(Set.of("none", "static", "workload_token"));
        if (variant.isEmpty() || variant.get().name().equals("none")) {
            return new Credential.None();
        }
        Optional<YamlValue> body = variant.get().body();
        if (body.isEmpty()) {
            value.get()
                    .problem(
                            variant.get().name() + " needs more than its name",
                            "{static: {secret: {file: PATH}}}, {workload_token: {grant, token_url, assertion}}");
            return new Credential.None();
        }
        if (variant.get().name().equals("workload_token")) {
            return new WorkloadReader(config).token(body.get().object());
        }
        return staticHeader(body.get().object(), kind);
    }

    /** Each protocol has its own header for keys. */
    private Credential staticHeader(YamlObject section, ProviderKind kind) {
        String usual = switch (kind) {
            case ANTHROPIC, BEDROCK -> "x-api-key";
            case GEMINI -> "x-goog-api-key";
            case AZURE_OPENAI -> "api-key";
            case OPENAI, OPENAI_COMPATIBLE -> "Authorization";
        };
        String header = section.text("header", usual);
        if (!header.matches("[A-Za-z0-9-]{1,64}") || !UpstreamCredential.StaticHeader.isFree(header)) {
            section.problem("header", "it must be a header name, and none that HTTP needs", "");
        }
        boolean bearer = header.equalsIgnoreCase("Authorization");
        Credential.StaticHeader first = new Credential.StaticHeader(
                header, CredentialReader.prefix(section, bearer ? "Bearer " : ""), config.secret(section, "secret"));
        Credential credential =
                section.has("next") ? new Credential.KeyPair(first, config.secret(section, "next")) : first;
        section.rejectUnknownKeys();
        return credential;
    }

    private static void checkUnused(YamlObject section, Models models) {
        for (String name : models.providers().keySet()) {
            boolean used = models.aliases().values().stream()
                    .flatMap(alias -> alias.targets().stream())
                    .anyMatch(target -> target.provider().equals(name));
            if (!used) {
                section.problem("providers", "no alias leads to provider '" + name + "'", "Remove it, or add an alias");
            }
        }
    }

    /** What keys name like a view must not be one. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        ContentReader.checkTogether(root, config);
        ObserveReader.checkTogether(root, config);
        IncidentReader.checkTogether(root, config);
        if (config.models().isPresent() && config.views().containsKey(Models.VIEW)) {
            root.problem(
                    "views",
                    "a view is called '" + Models.VIEW + "', as virtual keys call the models",
                    "Give it another name");
        }
    }
}
