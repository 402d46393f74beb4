package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.CallToken;
import dev.mcpgateway.connectors.credential.CallToken.SubjectForm;
import dev.mcpgateway.connectors.credential.SigningAlgorithm;
import dev.mcpgateway.connectors.credential.SigningLibrary;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.OAuthClient;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.TokenServer;
import dev.mcpgateway.gateway.config.GatewayConfig.Transport;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import dev.mcpgateway.policy.yaml.YamlValue.Variant;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code credential} of an upstream: one mode, written out. */
final class CredentialReader {
    /** What others call it when a gateway hands the caller's own token on; no version of this one does. */
    private static final Set<String> PASSTHROUGH = Set.of("passthrough", "pass_through", "pass-through", "forward");

    private static final Set<String> MODES = Set.of(
            "none",
            "static",
            "call_token",
            "token_exchange",
            "client_credentials",
            "user_oauth",
            "passthrough",
            "pass_through",
            "pass-through",
            "forward");

    private static final Set<String> LISTS = Set.of("none", "static", "client_credentials", "file");

    private static final Map<String, SigningAlgorithm> ALGORITHMS =
            Map.of("ES256", SigningAlgorithm.ES256, "EdDSA", SigningAlgorithm.EDDSA);

    private static final Map<String, SigningLibrary> SIGNERS =
            Map.of("jdk", SigningLibrary.JDK, "bouncycastle", SigningLibrary.BOUNCY_CASTLE);

    private final ConfigReader config;

    CredentialReader(ConfigReader config) {
        this.config = config;
    }

    /** The credential of an entry whose transport and URL are known; the URL is {@code null} where there is none. */
    Credential credential(YamlObject entry, Transport transport, @Nullable URI url) {
        Optional<YamlValue> value = entry.optional("credential");
        if (value.isEmpty()) {
            entry.problem(
                    "credential",
                    "it must be written out",
                    "Write credential: call_token where the server can verify one, credential: none if it needs none;"
                            + " the caller's token is never passed on");
            return new Credential.None();
        }
        Optional<Variant> variant = value.get().variant(MODES);
        if (variant.isEmpty() || variant.get().name().equals("none")) {
            return new Credential.None();
        }
        String mode = variant.get().name();
        if (PASSTHROUGH.contains(mode)) {
            value.get()
                    .problem(
                            "the caller's token is never passed on",
                            "It is made for this gateway; an upstream that got it could use it everywhere. Use"
                                    + " call_token, or token_exchange for a token of the same user that is good at"
                                    + " this upstream alone");
            return new Credential.None();
        }
        if (transport == Transport.STDIO) {
            value.get().problem("a stdio upstream takes no header", "Hand a secret over in env, or write none");
            return new Credential.None();
        }
        if (variant.get().body().isEmpty() && !mode.equals("call_token") && !mode.equals("user_oauth")) {
            value.get()
                    .problem(
                            mode + " needs more than its name",
                            mode.equals("static")
                                    ? "{static: {header: Authorization, secret: {file: PATH}}}"
                                    : "{" + mode + ": {token_url: URL, client: {id: ID, private_key: {file: PATH}}}}");
            return new Credential.None();
        }
        YamlObject body = variant.get().body().map(YamlValue::object).orElseGet(() -> empty(value.get()));
        Credential credential = switch (mode) {
            case "static" -> staticHeader(body);
            case "call_token" -> callToken(body, value.get(), transport, url);
            case "client_credentials" ->
                new Credential.ClientCredentials(
                        server(body), text(body, "resource", url), body.text("audience", ""), scope(body));
            case "user_oauth" -> userOAuth(body, value.get(), transport, url);
            default -> tokenExchange(body, url);
        };
        body.rejectUnknownKeys();
        return credential;
    }

    /** A mode that is named without a mapping has its defaults. */
    private YamlObject empty(YamlValue value) {
        return config.value(new YamlNode.Mapping(value.position(), Map.of())).object();
    }

    private Credential staticHeader(YamlObject section) {
        String header = section.text("header", "Authorization");
        if (!header.matches("[A-Za-z0-9-]{1,64}") || !UpstreamCredential.StaticHeader.isFree(header)) {
            section.problem("header", "it must be a header name, and none that MCP computes or HTTP needs", "");
        }
        return new Credential.StaticHeader(header, prefix(section, ""), config.secret(section, "secret"));
    }

    /** What stands before the secret in its header field. */
    static String prefix(YamlObject section, String usual) {
        String prefix = section.text("prefix", usual);
        if (!UpstreamCredential.StaticHeader.isPrefix(prefix)) {
            section.problem(
                    "prefix",
                    "it has a character that no header may have there",
                    "Visible ASCII and blanks between, none at the start; for example \"Bearer \"");
        }
        return prefix;
    }

    private static Credential callToken(YamlObject section, YamlValue value, Transport transport, @Nullable URI url) {
        String audience = section.text("audience", url == null ? "" : url.toString());
        if (audience.isEmpty() || audience.length() > 512 || audience.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            section.problem(
                    "audience", "it must be the canonical URI of this upstream", "What its verifier expects in aud");
        }
        if (transport == Transport.SSE) {
            value.problem(
                    "the HTTP+SSE transport mixes all messages of a session, so no token can be bound to one call",
                    "Use streamable_http, or another mode");
        }
        SigningAlgorithm algorithm = section.optional("algorithm")
                .map(each -> each.choice(ALGORITHMS))
                .orElse(SigningAlgorithm.ES256);
        return new Credential.CallToken(
                audience,
                algorithm,
                signer(section, algorithm),
                section.seconds("lifetime_s", Duration.ofSeconds(10), CallToken.LIFE_MAX, CallToken.LIFE_DEFAULT),
                section.choice("subject", SubjectForm.class, SubjectForm.PLAIN));
    }

    private static SigningLibrary signer(YamlObject section, SigningAlgorithm algorithm) {
        SigningLibrary signer =
                section.optional("signer").map(each -> each.choice(SIGNERS)).orElse(SigningLibrary.JDK);
        if (!signer.signs(algorithm)) {
            section.problem(
                    "signer", "Bouncy Castle signs EdDSA alone here", "Write algorithm: EdDSA, or leave signer out");
        } else if (!signer.isThere()) {
            section.problem(
                    "signer",
                    "Bouncy Castle is not on the class path",
                    "It is not part of the distribution: put bcprov-jdk18on into the folder optional beside bin");
        }
        return signer;
    }

    private Credential tokenExchange(YamlObject section, @Nullable URI url) {
        return new Credential.TokenExchange(
                section.text("issuer"),
                server(section),
                text(section, "resource", url),
                section.text("audience", ""),
                scope(section),
                section.flag("impersonation", false),
                section.flag("lists", true));
    }

    private Credential userOAuth(YamlObject section, YamlValue value, Transport transport, @Nullable URI url) {
        if (transport != Transport.STREAMABLE_HTTP && transport != Transport.STDIO) {
            value.problem("users' tokens need the transport streamable_http", "Use it, or another mode");
            return new Credential.None();
        }
        URI server = section.has("authorization_server") ? safe(section, "authorization_server") : null;
        Optional<Variant> lists = lists(section);
        boolean isWritten = lists.isPresent() && lists.get().name().equals("file");
        Optional<YamlObject> client = section.object("client");
        URI known = client.isPresent() && client.get().has("issuer") ? safe(client.get(), "issuer") : server;
        if (server != null && known != null && !known.equals(server)) {
            section.problem("client", "its issuer is not the authorization_server", "Leave one of them out");
        }
        return new Credential.UserOAuth(
                server,
                client.map(each -> oauthClient(each, known)),
                known,
                scopes(section),
                section.has("resource") ? safe(section, "resource") : null,
                section.flag("register", false),
                ConfigReader.networks(section),
                isWritten
                        ? new Credential.None()
                        : lists.map(how -> listing(how, url)).orElseGet(Credential.None::new),
                isWritten ? config.path(lists.get().body().orElseThrow().text()) : null);
    }

    private static URI safe(YamlObject section, String key) {
        URI url = ConfigReader.httpUrl(section, key, "");
        if (!ConfigReader.isSafeUrl(url.toString())) {
            section.problem(key, "it must be an https URL", "http is accepted on loopback only");
        }
        return url;
    }

    private static Set<String> scopes(YamlObject section) {
        Set<String> scopes = new LinkedHashSet<>(section.texts("scopes"));
        for (String scope : scopes) {
            if (!scope.matches("[!#-\\[\\]-~]{1,256}")) {
                section.problem("scopes", "'" + scope + "' is no scope", "One scope per element, without blanks");
            }
        }
        return scopes;
    }

    private OAuthClient oauthClient(YamlObject client, @Nullable URI server) {
        if (client.has("secret") && server == null) {
            client.problem(
                    "secret",
                    "it would go to whichever server the upstream names",
                    "Write issuer, the identifier of the authorization server that knows this client");
        }
        boolean hasKey = client.has("private_key");
        if (hasKey && client.has("secret")) {
            client.problem("secret", "it cannot stand beside private_key", "Keep private_key, the stronger one");
        }
        String audience = client.text("audience", server == null ? "" : server.toString());
        if (hasKey && audience.isEmpty()) {
            client.problem(
                    "audience", "what the key signs needs an audience", "Usually the authorization server's issuer");
        }
        OAuthClient read = new OAuthClient(
                client.text("id"),
                client.has("secret") ? config.secret(client, "secret") : null,
                hasKey ? config.secret(client, "private_key") : null,
                client.text("key_id", ""),
                audience);
        client.rejectUnknownKeys();
        return read;
    }

    /** How the lists are read; empty for without anything. */
    private static Optional<Variant> lists(YamlObject section) {
        Optional<Variant> variant = section.optional("lists").flatMap(value -> value.variant(LISTS));
        if (variant.isPresent()
                && !variant.get().name().equals("none")
                && variant.get().body().isEmpty()) {
            section.problem("lists", variant.get().name() + " needs more than its name", "For example {file: PATH}");
        }
        return variant.filter(each -> !each.name().equals("none") && each.body().isPresent());
    }

    /** The gateway's own questions concern no user, so no user's token is used for them. */
    private Credential listing(Variant how, @Nullable URI url) {
        YamlObject body = how.body().orElseThrow().object();
        Credential credential = how.name().equals("static")
                ? staticHeader(body)
                : new Credential.ClientCredentials(
                        server(body), text(body, "resource", url), body.text("audience", ""), scope(body));
        body.rejectUnknownKeys();
        return credential;
    }

    /** Without a word about it the token is asked for at the upstream's own URL (RFC 8707); an empty text asks for none. */
    private static String text(YamlObject section, String key, @Nullable URI url) {
        return section.text(key, section.has("audience") || url == null ? "" : url.toString());
    }

    private static String scope(YamlObject section) {
        return String.join(" ", section.texts("scope"));
    }

    private TokenServer server(YamlObject section) {
        URI url = ConfigReader.httpUrl(section, "token_url", "");
        if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            section.problem("token_url", "tokens must be asked for over https", "http is accepted on loopback only");
        }
        Optional<YamlObject> client = section.required("client").map(YamlValue::object);
        String id = client.map(each -> each.text("id")).orElse("");
        SecretRef key = null;
        SecretRef secret = null;
        String keyId = "";
        String audience = "";
        if (client.isPresent()) {
            YamlObject proof = client.get();
            if (proof.has("private_key") == proof.has("secret")) {
                section.problem(
                        "client",
                        "it needs exactly one of private_key and secret",
                        "private_key (private_key_jwt) is the stronger one");
            } else if (proof.has("private_key")) {
                key = config.secret(proof, "private_key");
                keyId = proof.text("key_id", "");
                audience = proof.text("audience", url.toString());
            } else {
                secret = config.secret(proof, "secret");
                proof.refuse("key_id", "a secret has no key id", "");
                proof.refuse("audience", "with a secret nothing is signed for an audience", "");
            }
            proof.rejectUnknownKeys();
        }
        return new TokenServer(url, id, key, keyId, audience, secret, ConfigReader.networks(section));
    }

    /** What can be judged only when all sections are known. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        boolean anyLogin = config.issuers().values().stream()
                .anyMatch(issuer -> issuer.login().isPresent());
        config.upstreams().forEach((alias, upstream) -> {
            if (upstream.credential() instanceof Credential.UserOAuth && !anyLogin) {
                root.problem(
                        "upstreams",
                        "upstream '" + alias + "' needs the consent of users, and none of them can log in",
                        "Set login in the issuers whose users are to use it");
            }
        });
        config.upstreams().forEach((alias, upstream) -> {
            if (upstream.credential() instanceof Credential.TokenExchange exchange
                    && !config.issuers().containsKey(exchange.issuer())) {
                root.problem(
                        "upstreams",
                        "upstream '" + alias + "' exchanges tokens of '" + exchange.issuer() + "', which is no issuer",
                        "Name one of issuers: " + config.issuers().keySet());
            }
            if (upstream.credential() instanceof Credential.CallToken token
                    && token.subject() == SubjectForm.PLAIN
                    && config.issuersOfAgents().size() > 1) {
                root.problem(
                        "upstreams",
                        "two issuers (virtual keys are one) may call two people by one name, which upstream '" + alias
                                + "' could not tell apart",
                        "Write subject: pairwise in its call_token");
            }
        });
    }
}
