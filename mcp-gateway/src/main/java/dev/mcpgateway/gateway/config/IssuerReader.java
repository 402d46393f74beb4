package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.Issuer;
import dev.mcpgateway.gateway.config.GatewayConfig.Login;
import dev.mcpgateway.gateway.config.GatewayConfig.OAuthClient;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads one entry of {@code issuers}. */
final class IssuerReader {
    private final ConfigReader config;

    IssuerReader(ConfigReader config) {
        this.config = config;
    }

    Issuer issuer(String alias, YamlObject entry) {
        Set<String> algorithms = new LinkedHashSet<>(entry.texts("algorithms"));
        for (String algorithm : algorithms) {
            if (!IssuerProfile.ALGORITHMS.contains(algorithm)) {
                entry.problem(
                        "algorithms",
                        "'" + algorithm + "' is not accepted",
                        "Asymmetric ones only: " + IssuerProfile.ALGORITHMS);
            }
        }
        Set<String> typ = entry.texts("typ").stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .map(each -> each.startsWith("application/") ? each.substring("application/".length()) : each)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Optional<YamlObject> claims = entry.object("claims");
        IssuerProfile profile = new IssuerProfile(
                alias,
                identifier(entry),
                audience(entry),
                algorithms.isEmpty() ? IssuerProfile.ALGORITHMS_DEFAULT : algorithms,
                typ.isEmpty() ? IssuerProfile.TYP_DEFAULT : typ,
                new LinkedHashSet<>(entry.texts("header_members")),
                claim(claims, "client_id", "client_id"),
                place(claims, "scope", "scope"),
                place(claims, "groups", "groups"),
                place(claims, "tenant", "tenant"),
                entry.seconds(
                        "max_lifetime_s",
                        Duration.ofSeconds(30),
                        Duration.ofDays(7),
                        IssuerProfile.MAX_LIFETIME_DEFAULT),
                entry.seconds("skew_s", Duration.ZERO, Duration.ofSeconds(60), IssuerProfile.SKEW_DEFAULT),
                entry.choice("audience_form", AudienceForm.class, AudienceForm.CONTAINS) == AudienceForm.EXACT_SINGLE,
                entry.has("required_claims")
                        ? new LinkedHashSet<>(entry.texts("required_claims"))
                        : IssuerProfile.REQUIRED_DEFAULT,
                entry.choice("sender_constraint", SenderConstraint.class, SenderConstraint.NONE),
                entry.flag("dpop_nonce", false));
        claims.ifPresent(YamlObject::rejectUnknownKeys);
        return keys(entry, profile);
    }

    /** What {@code aud} may hold beside the one that counts. */
    private enum AudienceForm {
        CONTAINS,
        EXACT_SINGLE
    }

    private static String audience(YamlObject entry) {
        String audience = entry.text("audience", "");
        GenericAudiences.refuse(entry, "audience", audience);
        return audience;
    }

    private static String identifier(YamlObject entry) {
        String issuer = entry.text("issuer");
        if (issuer.isEmpty() || issuer.length() > 256) {
            entry.problem("issuer", "it must be the exact value of the tokens' iss claim", "");
        }
        return issuer;
    }

    private static String claim(Optional<YamlObject> claims, String key, String fallback) {
        String name = place(claims, key, fallback);
        if (name.startsWith("/")) {
            claims.ifPresent(section -> section.problem(
                    key,
                    "it must be the name of a claim",
                    "Only scope, groups and tenant may be inside of another claim"));
        }
        return name;
    }

    /** A name, or with a leading slash the place of a claim inside of another. */
    private static String place(Optional<YamlObject> claims, String key, String fallback) {
        String place = claims.map(section -> section.text(key, fallback)).orElse(fallback);
        boolean isPlace = place.startsWith("/");
        if (place.isEmpty() || (isPlace && !place.matches("(/([^/~]|~[01])+){1,8}"))) {
            claims.ifPresent(section -> section.problem(
                    key,
                    "it must be the name of a claim, or the place of one inside of others",
                    "For example groups, or /realm_access/roles (RFC 6901)"));
        }
        return place;
    }

    private Issuer keys(YamlObject entry, IssuerProfile profile) {
        Optional<YamlObject> jwks = entry.required("jwks").map(value -> value.object());
        URI url = null;
        Path file = null;
        List<String> networks = List.of();
        if (jwks.isPresent()) {
            YamlObject section = jwks.get();
            if (section.has("url") == section.has("file")) {
                entry.problem("jwks", "it needs exactly one of url and file", "");
            } else if (section.has("url")) {
                url = ConfigReader.httpUrl(section, "url", "");
                if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
                    section.problem("url", "keys must be fetched over https", "http is accepted on loopback only");
                }
            } else {
                file = config.path(section.text("file"));
            }
            networks = ConfigReader.networks(section);
            section.rejectUnknownKeys();
        }
        return new Issuer(
                profile,
                url,
                file,
                networks,
                entry.object("introspection")
                        .map(section -> new IntrospectionReader(config).introspection(section, profile)),
                login(entry, profile.issuer()));
    }

    private Optional<Login> login(YamlObject entry, String issuer) {
        Optional<YamlObject> login = entry.object("login");
        if (login.isPresent() && !ConfigReader.isSafeUrl(issuer)) {
            entry.problem(
                    "login",
                    "the issuer is no https URL, so nothing can be found out about its login",
                    "http is accepted on loopback only");
        }
        return login.map(section -> {
            Login read = new Login(
                    new OAuthClient(
                            section.text("client_id"),
                            section.has("secret") ? config.secret(section, "secret") : null,
                            null,
                            "",
                            ""),
                    ConfigReader.networks(section));
            section.rejectUnknownKeys();
            return read;
        });
    }
}
