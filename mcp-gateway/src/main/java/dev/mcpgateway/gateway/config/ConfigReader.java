package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.Vault;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.gateway.config.GatewayConfig.Admin;
import dev.mcpgateway.gateway.config.GatewayConfig.AdminToken;
import dev.mcpgateway.gateway.config.GatewayConfig.Anonymous;
import dev.mcpgateway.gateway.config.GatewayConfig.Audit;
import dev.mcpgateway.gateway.config.GatewayConfig.Listen;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerRef;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerServer;
import dev.mcpgateway.gateway.config.GatewayConfig.Telemetry;
import dev.mcpgateway.gateway.config.GatewayConfig.Tls;
import dev.mcpgateway.gateway.config.GatewayConfig.Upstream;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultRef;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultServer;
import dev.mcpgateway.gateway.config.GatewayConfig.View;
import dev.mcpgateway.gateway.config.GatewayConfig.VirtualKeys;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Maps the tree of {@code gateway.yaml} to the configuration; one method per section. */
final class ConfigReader {
    private static final String NAME_HINT =
            "Use 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit, without __ and final _";

    private final Path folder;
    private final Problems problems;
    private boolean hasVault;
    private boolean hasSecretsManager;

    ConfigReader(Path folder, Problems problems) {
        this.folder = folder;
        this.problems = problems;
    }

    GatewayConfig read(YamlObject root) {
        root.required("version").ifPresent(version -> version.integer(1, 1));
        hasVault = root.has("vault");
        Optional<VaultServer> vault = root.object("vault").map(section -> new VaultReader(this).vault(section));
        hasSecretsManager = root.has("secrets_manager");
        Optional<SecretsManagerServer> secretsManager =
                root.object("secrets_manager").map(section -> new SecretsManagerReader(this).server(section));
        Listen listen = listen(section(root, "listen"));
        IssuerReader issuerReader = new IssuerReader(this);
        Map<String, GatewayConfig.Issuer> issuers = named(root, "issuers", issuerReader::issuer);
        Optional<Anonymous> anonymous = root.object("anonymous").map(ConfigReader::anonymous);
        UpstreamReader upstreamReader = new UpstreamReader(this);
        Map<String, Upstream> upstreams = named(root, "upstreams", upstreamReader::upstream);
        YamlObject state = section(root, "state");
        GatewayConfig config = new GatewayConfig(
                listen,
                admin(section(root, "admin")),
                issuers,
                ImpliedScopes.read(section(root, "scopes")),
                anonymous,
                virtualKeys(root),
                vault,
                secretsManager,
                upstreams,
                root.object("models").map(section -> new ModelsReader(this).models(section)),
                views(root, upstreams.keySet(), listen.publicUrl()),
                policyFiles(root),
                LimitsReader.limits(section(root, "limits")),
                audit(root),
                telemetry(section(root, "telemetry")),
                path(state.text("dir", "state")),
                state.has("key") ? secret(state, "key") : null);
        state.rejectUnknownKeys();
        checkWhoMayCall(root, config);
        checkAudiences(root, config);
        CredentialReader.checkTogether(root, config);
        IntrospectionReader.checkTogether(root, config);
        checkIssuers(root, config);
        LimitsReader.checkTogether(root, config);
        ModelsReader.checkTogether(root, config);
        MoneyReader.checkTogether(root, config);
        JudgeReader.checkTogether(root, config);
        root.rejectUnknownKeys();
        return config;
    }

    /** A section that may be left out; its defaults are read from an empty mapping. */
    private YamlObject section(YamlObject root, String key) {
        return root.object(key)
                .orElseGet(() -> value(new YamlNode.Mapping(root.position(key), Map.of()))
                        .object());
    }

    /** A value that stands in for one that was left out. */
    YamlValue value(YamlNode node) {
        return YamlValue.of(node, problems);
    }

    static <T> Map<String, T> named(YamlObject root, String key, BiFunction<String, YamlObject, T> reader) {
        Map<String, T> all = new LinkedHashMap<>();
        root.named(key).forEach((name, value) -> {
            if (!isName(name)) {
                value.problem("'" + name + "' is no name", NAME_HINT);
            }
            YamlObject body = value.object();
            all.put(name, reader.apply(name, body));
            body.rejectUnknownKeys();
        });
        return all;
    }

    private static boolean isName(String name) {
        return name.matches("[a-z0-9][a-z0-9_-]{0,31}") && !name.contains("__") && !name.endsWith("_");
    }

    private Listen listen(YamlObject listen) {
        String host = listen.text("host", "127.0.0.1");
        int port = (int) listen.integer("port", 0, 65_535, 8080);
        Optional<Tls> tls = listen.object("tls").map(section -> {
            Tls files = new Tls(
                    path(section.text("certificate")),
                    path(section.text("private_key")),
                    section.has("client_ca") ? path(section.text("client_ca")) : null);
            section.rejectUnknownKeys();
            return files;
        });
        String scheme = tls.isPresent() ? "https" : "http";
        URI publicUrl = httpUrl(listen, "public_url", scheme + "://" + bracket(host) + ":" + port);
        if (publicUrl.getRawPath() != null && !publicUrl.getRawPath().isEmpty()) {
            listen.problem("public_url", "it must not have a path", "Paths belong to views");
        }
        boolean endsTlsElsewhere = listen.flag("tls_terminated_in_front", false);
        if (!Loopback.is(host) && tls.isEmpty() && !endsTlsElsewhere) {
            listen.problem(
                    "host",
                    "plain HTTP on an address other than loopback",
                    "Set listen.tls, or tls_terminated_in_front: true if a proxy in front ends TLS");
        }
        List<String> hosts = listen.texts("allowed_hosts");
        List<String> origins = listen.texts("allowed_origins");
        listen.rejectUnknownKeys();
        return new Listen(host, port, publicUrl, tls, hosts, origins);
    }

    private Admin admin(YamlObject admin) {
        String host = admin.text("host", "127.0.0.1");
        int port = (int) admin.integer("port", 0, 65_535, 8081);
        List<AdminToken> tokens = admin.objects("tokens").stream()
                .map(token -> {
                    AdminToken named = new AdminToken(
                            token.text("name"), secret(token, "secret"), new LinkedHashSet<>(token.texts("roles")));
                    token.rejectUnknownKeys();
                    return named;
                })
                .toList();
        if (!Loopback.is(host) && tokens.isEmpty()) {
            admin.problem("host", "an admin port on an address other than loopback needs tokens", "Set admin.tokens");
        }
        List<String> hosts = admin.texts("allowed_hosts");
        admin.rejectUnknownKeys();
        return new Admin(host, port, hosts, tokens);
    }

    private static Anonymous anonymous(YamlObject section) {
        Anonymous anonymous = new Anonymous(
                section.text("subject", "anonymous"),
                section.text("client_id", "anonymous"),
                new LinkedHashSet<>(section.texts("groups")),
                new LinkedHashSet<>(section.texts("scopes")));
        section.rejectUnknownKeys();
        return anonymous;
    }

    private static Optional<VirtualKeys> virtualKeys(YamlObject root) {
        return root.object("virtual_keys").flatMap(section -> {
            boolean enabled = section.flag("enabled", false);
            String issuer = section.text("issuer", "keys");
            if (!isName(issuer)) {
                section.problem("issuer", "'" + issuer + "' is no name", NAME_HINT);
            } else if (issuer.equals(Anonymous.ISSUER) || root.named("issuers").containsKey(issuer)) {
                section.problem(
                        "issuer",
                        "another issuer is called '" + issuer + "'",
                        "Rules could not tell their callers apart: give it another name");
            }
            Duration lifeMax = Duration.ofDays(section.integer("life_max_days", 1, 366, 90));
            Duration life = Duration.ofHours(section.integer("life_hours", 1, 366 * 24, 24));
            if (life.compareTo(lifeMax) > 0) {
                section.problem(
                        "life_hours",
                        "a key would live longer than life_max_days allows",
                        "At most " + lifeMax.toHours());
            }
            section.rejectUnknownKeys();
            return enabled ? Optional.of(new VirtualKeys(issuer, life, lifeMax)) : Optional.empty();
        });
    }

    private static Map<String, View> views(YamlObject root, Set<String> upstreams, URI publicUrl) {
        ViewReader reader = new ViewReader(upstreams);
        Map<String, View> views = named(root, "views", reader::view);
        if (!root.has("views")) {
            return Map.of("default", reader.plain());
        }
        ViewReader.checkTogether(root, views.values(), publicUrl);
        return views;
    }

    private List<Path> policyFiles(YamlObject root) {
        Optional<YamlObject> policy = root.required("policy").map(YamlValue::object);
        List<Path> files = policy.stream()
                .flatMap(section -> section.texts("files").stream())
                .map(this::path)
                .toList();
        policy.ifPresent(section -> {
            if (files.isEmpty()) {
                section.problem("files", "no policy file is named", "Without rules nobody may call anything");
            }
            section.rejectUnknownKeys();
        });
        return files;
    }

    private Audit audit(YamlObject root) {
        YamlObject audit = section(root, "audit");
        Path signingKey = path("audit-signing.pem");
        Path subjectKey = path("audit-subject.key");
        Optional<YamlObject> signing = audit.object("signing_key");
        if (signing.isPresent()) {
            signingKey = path(signing.get().text("file"));
            subjectKey = signingKey.resolveSibling("audit-subject.key");
            signing.get().rejectUnknownKeys();
        }
        Optional<YamlObject> subject = audit.object("subject_key");
        if (subject.isPresent()) {
            subjectKey = path(subject.get().text("file"));
            subject.get().rejectUnknownKeys();
        }
        String origin = audit.text("origin", "audit.invalid/gateway");
        if (!origin.matches("[a-zA-Z0-9][a-zA-Z0-9._/:-]{0,199}")) {
            audit.problem("origin", "it must be a name such as audit.example/gw-1", "");
        }
        Path dir = path(audit.text("dir", "audit"));
        audit.rejectUnknownKeys();
        return new Audit(dir, origin, signingKey, subjectKey);
    }

    private static Telemetry telemetry(YamlObject telemetry) {
        URI otlp = telemetry.has("otlp_url") && telemetry.optional("otlp_url").isPresent()
                ? httpUrl(telemetry, "otlp_url", "")
                : null;
        double ratio = telemetry.integer("sample_percent", 0, 100, 10) / 100.0;
        boolean prometheus = telemetry.flag("prometheus", true);
        String service = telemetry.text("service_name", "mcp-gateway");
        Telemetry.Conventions conventions =
                telemetry.choice("conventions", Telemetry.Conventions.class, Telemetry.Conventions.V1_41);
        boolean events = telemetry.flag("events", false);
        if (events && otlp == null) {
            telemetry.problem("events", "events are sent to a receiver, and there is none", "Set otlp_url");
        }
        telemetry.rejectUnknownKeys();
        return new Telemetry(otlp, ratio, prometheus, service, conventions, events);
    }

    private static void checkWhoMayCall(YamlObject root, GatewayConfig config) {
        if (config.issuers().isEmpty()
                && config.anonymous().isEmpty()
                && (config.virtualKeys().isEmpty() || root.has("issuers"))) {
            root.problem(
                    "issuers",
                    "nobody can prove who they are",
                    "Configure at least one issuer, or virtual_keys: {enabled: true}");
        }
        if (config.anonymous().isPresent()) {
            if (!config.issuers().isEmpty() || config.virtualKeys().isPresent()) {
                root.problem("anonymous", "it cannot stand beside issuers and virtual keys", "Remove one of them");
            }
            if (!Loopback.is(config.listen().host())) {
                root.problem("anonymous", "it is for tests on loopback only", "Bind listen.host to 127.0.0.1");
            }
        }
    }

    private static void checkIssuers(YamlObject root, GatewayConfig config) {
        Map<String, String> aliases = new HashMap<>();
        config.issuers().forEach((alias, issuer) -> {
            String other = aliases.putIfAbsent(issuer.profile().issuer(), alias);
            if (other != null) {
                root.problem(
                        "issuers",
                        "'" + other + "' and '" + alias + "' are the same issuer",
                        "One entry per iss: its keys and rules must be found by it");
            }
            SenderConstraint sender = issuer.profile().sender();
            boolean takesCertificates = config.listen().tls().map(Tls::clientCa).isPresent();
            if (sender == SenderConstraint.MTLS && !takesCertificates) {
                root.problem(
                        "issuers",
                        "the tokens of '" + alias + "' must be bound to a certificate, and no client is asked for one",
                        "Set listen.tls.client_ca; certificates in headers of a proxy are not read");
            }
        });
    }

    /** An issuer's own audience is the same for all views: with several, a token for one of them would open the others. */
    private static void checkAudiences(YamlObject root, GatewayConfig config) {
        boolean viewsHaveTheirOwn =
                config.views().size() > 1 || config.views().values().stream().anyMatch(view -> view.audience() != null);
        config.issuers().forEach((alias, issuer) -> {
            if (viewsHaveTheirOwn && !issuer.profile().audience().isEmpty()) {
                root.problem(
                        "issuers",
                        "the audience of issuer '" + alias + "' would hold for every view",
                        "Remove it; where a view's URL is not its audience, set audience in the view");
            }
        });
    }

    /** A secret by reference: {@code {file: …}}, {@code {env: …}}, {@code {vault: {…}}} or {@code {secrets_manager: {…}}}. */
    SecretRef secret(YamlObject parent, String key) {
        return secret(parent, key, true);
    }

    /** The same for what opens a store of secrets, and cannot be in one. */
    SecretRef secretOutsideStores(YamlObject parent, String key) {
        return secret(parent, key, false);
    }

    private SecretRef secret(YamlObject parent, String key, boolean mayBeInStore) {
        Optional<YamlValue> value = parent.required(key);
        if (value.isEmpty() || value.get().isText()) {
            parent.problem(key, "a secret is given by reference", "Write {file: PATH} or {env: VARIABLE}");
            return new SecretRef(null, null);
        }
        YamlObject reference = value.get().object();
        String file = reference.text("file", "");
        String variable = reference.text("env", "");
        VaultRef vault =
                mayBeInStore ? reference.object("vault").map(this::inVault).orElse(null) : null;
        SecretsManagerRef managed = mayBeInStore
                ? reference
                        .object("secrets_manager")
                        .map(section -> SecretsManagerReader.reference(section, hasSecretsManager))
                        .orElse(null)
                : null;
        int given = (file.isEmpty() ? 0 : 1)
                + (variable.isEmpty() ? 0 : 1)
                + (vault == null ? 0 : 1)
                + (managed == null ? 0 : 1);
        if (given != 1) {
            parent.problem(
                    key,
                    "it needs exactly one of file and env" + (mayBeInStore ? ", vault and secrets_manager" : ""),
                    "");
        }
        reference.rejectUnknownKeys();
        return new SecretRef(file.isEmpty() ? null : path(file), variable.isEmpty() ? null : variable, vault, managed);
    }

    private VaultRef inVault(YamlObject section) {
        VaultRef reference = new VaultRef(section.text("path"), section.text("key"));
        if (!Vault.isPath(reference.path())) {
            section.problem(
                    "path",
                    "it must be the API's path of a KV version 2 secret",
                    "With /data/, such as secret/data/crm");
        }
        if (!hasVault) {
            section.problem("path", "no vault is configured", "Set vault: {url, token or approle}");
        }
        section.rejectUnknownKeys();
        return reference;
    }

    /** A path, relative to the folder of the configuration file. */
    Path path(String text) {
        return folder.resolve(text).normalize();
    }

    /** An absolute http or https URL without user, query and fragment; a problem otherwise. */
    static URI httpUrl(YamlObject object, String key, String fallback) {
        String text = fallback.isEmpty() ? object.text(key) : object.text(key, fallback);
        URI url = httpUrl(text);
        if (url != null) {
            return url;
        }
        boolean alreadyTold = fallback.isEmpty()
                && !object.optional(key).map(YamlValue::isText).orElse(false);
        if (!alreadyTold) {
            object.problem(
                    key,
                    "it must be an http:// or https:// URL without user, query and fragment",
                    "Its host is letters, digits, - and ., or an address: there is no _ in it");
        }
        return URI.create("https://invalid.invalid");
    }

    /** An empty list would hold for everybody, where its writer may have meant nobody. */
    static Set<String> some(YamlObject section, String key) {
        Set<String> texts = new LinkedHashSet<>(section.texts(key));
        if (section.has(key) && texts.isEmpty()) {
            section.problem(key, "it names nothing", "Leave the key out if it does not matter");
        }
        return texts;
    }

    /** The blocks of addresses that may be connected to although they are of an inner network. */
    static List<String> networks(YamlObject section) {
        List<String> networks = section.texts("allow_networks");
        for (String network : networks) {
            try {
                AddressRange.of(network);
            } catch (IllegalArgumentException wrong) {
                section.problem(
                        "allow_networks",
                        "'" + network + "': " + wrong.getMessage(),
                        "Write addresses and networks, such as 10.1.0.0/16");
            }
        }
        return networks;
    }

    /** Whether it is an https URL, or an http URL on loopback, without user, query and fragment. */
    static boolean isSafeUrl(String text) {
        URI url = httpUrl(text);
        return url != null && ("https".equals(url.getScheme()) || Loopback.is(url.getHost()));
    }

    private static @Nullable URI httpUrl(String text) {
        try {
            URI url = URI.create(text);
            boolean good = ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
            return good ? url : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private static String bracket(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
