package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.SigningLibrary;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.yaml.Problem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code gateway.yaml} may say, and how its reader says what is wrong. */
class ConfigFileTest {
    private static final Path FOLDER = Path.of("/etc/gateway");

    /** The shortest file that starts a gateway. */
    private static final String LEAST = """
            version: 1
            issuers: {corp: {issuer: "https://id.example/", jwks: {file: jwks.json}}}
            policy: {files: [policy.yaml]}
            """;

    private static Loaded load(String yaml) {
        return ConfigFile.read("gateway.yaml", yaml.getBytes(StandardCharsets.UTF_8), FOLDER);
    }

    private static GatewayConfig good(String yaml) {
        return switch (load(yaml)) {
            case Loaded.Good(GatewayConfig config) -> config;
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static List<Problem> problems(String yaml) {
        return load(yaml) instanceof Loaded.Bad(List<Problem> problems) ? problems : List.of();
    }

    @Test
    void theShortestFileHasTheDocumentedDefaults() {
        GatewayConfig config = good(LEAST);

        assertThat(config.listen().host()).isEqualTo("127.0.0.1");
        assertThat(config.listen().port()).isEqualTo(8080);
        assertThat(config.listen().publicUrl()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(config.listen().tls()).isEmpty();
        assertThat(config.admin().host()).isEqualTo("127.0.0.1");
        assertThat(config.admin().port()).isEqualTo(8081);
        assertThat(config.admin().tokens()).isEmpty();
        assertThat(config.anonymous()).isEmpty();
        assertThat(config.upstreams()).isEmpty();
        assertThat(config.views()).containsOnlyKeys("default");
        assertThat(config.views().get("default"))
                .isEqualTo(new GatewayConfig.View(
                        "default", "/mcp", null, List.of(), new ViewNames.Prefixed(), ViewSelection.ALL, ""));
        assertThat(config.policyFiles()).containsExactly(FOLDER.resolve("policy.yaml"));
        assertThat(config.limits()).isEqualTo(Limits.DEFAULTS);
        assertThat(config.audit())
                .isEqualTo(new GatewayConfig.Audit(
                        FOLDER.resolve("audit"),
                        "audit.invalid/gateway",
                        FOLDER.resolve("audit-signing.pem"),
                        FOLDER.resolve("audit-subject.key")));
        assertThat(config.telemetry())
                .isEqualTo(new GatewayConfig.Telemetry(
                        null, 0.1, true, "mcp-gateway", GatewayConfig.Telemetry.Conventions.V1_41, false));
        assertThat(config.stateDir()).isEqualTo(FOLDER.resolve("state"));
    }

    @Test
    void anIssuerHasTheDocumentedDefaults() {
        IssuerProfile profile = good(LEAST).issuers().get("corp").profile();

        assertThat(profile)
                .isEqualTo(new IssuerProfile(
                        "corp",
                        "https://id.example/",
                        "",
                        Set.of("RS256", "ES256"),
                        Set.of("at+jwt"),
                        Set.of(),
                        "client_id",
                        "scope",
                        "groups",
                        "tenant",
                        Duration.ofHours(24),
                        Duration.ofSeconds(30),
                        false,
                        Set.of("jti"),
                        SenderConstraint.NONE,
                        false));
    }

    private static final String CRM = LEAST
            + "upstreams: {crm: {transport: streamable_http, url: \"https://crm.example/mcp\", credential: none, ";

    @Test
    void aBreakerMayBeSetInPartOrSwitchedOff() {
        var part = good(CRM + "breaker: {window_calls: 4, open_ms: 200}}}\n")
                .upstreams()
                .get("crm");
        var off = good(CRM + "breaker: off, idempotent: [\"get_*\", list]}}\n")
                .upstreams()
                .get("crm");

        assertThat(part.resilience().breaker())
                .as("fewer calls than the window has are always enough")
                .contains(new GatewayConfig.Breaker(50, 4, 4, Duration.ofMillis(200)));
        assertThat(off.resilience())
                .isEqualTo(new GatewayConfig.Resilience(Optional.empty(), List.of("get_*", "list")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "breaker: on",
                "breaker: false",
                "breaker: {failures: 50}",
                "breaker: {failures_percent: 0}",
                "breaker: {open_ms: 99}",
                "idempotent: [\"\"]",
                "idempotent: [true]"
            })
    void aBreakerOrAListOfToolsThatCannotBeMeantIsRefused(String key) {
        assertThat(problems(CRM + key + "}}\n")).hasSize(1);
    }

    @Test
    void anUpstreamHasTheDocumentedDefaults() {
        GatewayConfig.Upstream upstream = good(LEAST
                        + "upstreams: {crm: {transport: streamable_http, url: \"https://crm.example/mcp\", credential: none}}\n")
                .upstreams()
                .get("crm");

        assertThat(upstream)
                .isEqualTo(new GatewayConfig.Upstream(
                        "crm",
                        GatewayConfig.Transport.STREAMABLE_HTTP,
                        List.of(),
                        Map.of(),
                        null,
                        URI.create("https://crm.example/mcp"),
                        null,
                        GatewayConfig.EraChoice.AUTO,
                        GatewayConfig.HttpClientChoice.LEAN,
                        List.of(),
                        new Credential.None(),
                        Optional.empty(),
                        Duration.ofSeconds(30),
                        64,
                        Set.of(),
                        new GatewayConfig.Resilience(
                                Optional.of(new GatewayConfig.Breaker(50, 20, 10, Duration.ofSeconds(10))),
                                List.of())));
    }

    private static String introspecting(String introspection) {
        return LEAST.replace(
                "jwks: {file: jwks.json}", "jwks: {file: jwks.json}, introspection: {" + introspection + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "url: \"http://id.example/i\", client: {id: gw, secret: {env: S}}|over https",
                "url: \"https://id.example/i\", client: {id: gw}|exactly one of private_key and secret",
                "url: \"https://id.example/i\", client: {id: gw, secret: {env: S}, private_key: {env: K}}|exactly one of",
                "url: \"https://id.example/i\", client: {id: gw, secret: plain}|given by reference",
                "url: \"https://id.example/i\", client: {id: gw, secret: {env: S}, key_id: k}|a secret has no key id",
                "url: \"https://id.example/i\", client: {id: gw, secret: {env: S}}, cache_s: 31|from 0 to 30",
                "url: \"https://id.example/i\", client: {id: gw, secret: {env: S}}, for: some|some",
                "client: {id: gw, secret: {env: S}}|'url' is missing",
                "url: \"https://id.example/i\"|'client' is missing"
            })
    void anIntrospectionThatCannotBeAskedIsAProblem(String introspection, String says) {
        assertThat(problems(introspecting(introspection)))
                .anySatisfy(problem -> assertThat(problem.message()).contains(says));
    }

    @Test
    void atMostOneIssuerClaimsOpaqueTokens() {
        String asked = "url: \"https://id.example/i\", client: {id: gw, secret: {env: S}}";
        String partner = ", partner: {issuer: \"https://p.example/\", jwks: {file: p.json}, introspection: {" + asked;
        String two = introspecting(asked).replace("}}}\n", "}}" + partner + "}}}\n");

        assertThat(problems(two)).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).isEqualTo("/issuers");
            assertThat(problem.message()).contains("corp, partner");
        });
        assertThat(good(two.replace(partner, partner + ", for: jwt")).issuers()).hasSize(2);
    }

    @Test
    void limitsDefaultsAreThoseOfTheDecisions() {
        Limits limits = Limits.DEFAULTS;

        assertThat(List.of(limits.requestBytes(), limits.argumentsBytes(), limits.resultBytes(), limits.jsonDepth()))
                .containsExactly(4_194_304, 1_048_576, 1_048_576, 64);
        assertThat(limits.replyBytes()).isGreaterThanOrEqualTo(limits.resultBytes());
    }

    @Test
    void theRoomForBodiesMayBeThatOfTheLongestOne() {
        assertThat(good(LEAST + "limits: {request_bytes: 2048, bodies_bytes: 2048}")
                        .limits()
                        .bodiesBytes())
                .hasValue(2048);
        assertThat(good(LEAST + "limits: {bodies_bytes: 5000000000}").limits().bodiesBytes())
                .hasValue(5_000_000_000L);
        assertThat(Limits.DEFAULTS.bodiesBytes()).isEmpty();
    }

    @Test
    void everyProblemIsSaidAtOnceWithItsPlace() {
        List<Problem> problems = problems("""
                version: 2
                listen:
                  host: 0.0.0.0
                  port: 70000
                issuers:
                  corp:
                    issuer: "https://id.example/"
                    jwks: {url: "http://id.example/keys"}
                    algorithms: [HS256]
                upstreams:
                  crm:
                    transport: streamable_http
                    url: "http://crm.example/mcp"
                views:
                  default: {path: /mcp, upstreams: [crm, absent]}
                polciy: {files: [policy.yaml]}
                limits: {json_depth: 7, request_byte: 1}
                """);

        assertThat(problems)
                .extracting(problem -> problem.line() + " " + problem.pointer())
                .containsExactlyInAnyOrder(
                        "1 /version",
                        "3 /listen/host",
                        "4 /listen/port",
                        "8 /issuers/corp/jwks/url",
                        "9 /issuers/corp/algorithms",
                        "13 /upstreams/crm/url",
                        "12 /upstreams/crm",
                        "15 /views/default/upstreams",
                        "1 ",
                        "16 /polciy",
                        "17 /limits/json_depth",
                        "17 /limits/request_byte");
        assertThat(problems).allSatisfy(problem -> {
            assertThat(problem.file()).isEqualTo("gateway.yaml");
            assertThat(problem.column()).isPositive();
            assertThat(problem.render()).startsWith("gateway.yaml:" + problem.line() + ":" + problem.column() + ": ");
        });
        assertThat(problems).anySatisfy(problem -> {
            assertThat(problem.message()).isEqualTo("unknown key 'polciy'");
            assertThat(problem.hint()).contains("policy");
        });
    }

    /** Lines that make the shortest file wrong, and where and how the problem is told. */
    record Wrong(String yaml, String pointer, String says) {
        @Override
        public String toString() {
            return yaml.strip().replace("\n", " / ");
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong(
                        "listen: {public_url: \"http://gw.example/mcp\"}",
                        "/listen/public_url",
                        "must not have a path"),
                new Wrong("listen: {public_url: \"ftp://gw.example\"}", "/listen/public_url", "http:// or https://"),
                new Wrong("listen: {public_url: \"http://user@gw.example\"}", "/listen/public_url", "without user"),
                new Wrong("listen: {public_url: \"\"}", "/listen/public_url", "http:// or https://"),
                new Wrong("listen: {host: 10.0.0.1}", "/listen/host", "plain HTTP on an address other than loopback"),
                new Wrong("listen: {host: \"::\"}", "/listen/host", "plain HTTP"),
                new Wrong("listen: {host: 127.evil.example}", "/listen/host", "plain HTTP"),
                new Wrong("listen: {tls: {certificate: c.pem}}", "/listen/tls", "'private_key' is missing"),
                new Wrong("listen: {port: \"8080\"}", "/listen/port", "whole number"),
                new Wrong("admin: {host: 0.0.0.0}", "/admin/host", "needs tokens"),
                new Wrong(
                        "admin: {tokens: [{name: ops, secret: hunter2}]}",
                        "/admin/tokens/0/secret",
                        "given by reference"),
                new Wrong(
                        "admin: {tokens: [{name: ops, secret: {file: a, env: B}}]}",
                        "/admin/tokens/0/secret",
                        "exactly one"),
                new Wrong("anonymous: {}", "/anonymous", "cannot stand beside issuers"),
                new Wrong(
                        "virtual_keys: {enabled: true, issuer: corp}",
                        "/virtual_keys/issuer",
                        "another issuer is called 'corp'"),
                new Wrong(
                        "virtual_keys: {enabled: true, life_hours: 49, life_max_days: 2}",
                        "/virtual_keys/life_hours",
                        "longer than life_max_days"),
                new Wrong("virtual_keys: {enabled: true, life_max_days: 367}", "/virtual_keys/life_max_days", "366"),
                new Wrong("virtual_keys: {enabled: true, issuer: a__b}", "/virtual_keys/issuer", "is no name"),
                new Wrong(
                        "virtual_keys: {enabled: true, issuer: anonymous}",
                        "/virtual_keys/issuer",
                        "another issuer is called"),
                new Wrong(
                        "admin: {tokens: [{name: ops, secret: {vault: {path: secret/data/a, key: k}}}]}",
                        "/admin/tokens/0/secret/vault/path",
                        "no vault is configured"),
                new Wrong("vault: {url: \"http://vault.example\", token: {env: T}}", "/vault/url", "over https"),
                new Wrong(
                        "vault: {url: \"https://vault.example/v1\", token: {env: T}}", "/vault/url", "not have a path"),
                new Wrong("vault: {url: \"https://vault.example\"}", "/vault", "exactly one of token and approle"),
                new Wrong("virtual_keys: {enable: true}", "/virtual_keys/enable", "unknown key"),
                new Wrong(
                        "upstreams: {crm: {transport: stdio, command: [node, s.js], credential: none}}",
                        "/upstreams/crm/command",
                        "absolute path"),
                new Wrong(
                        "upstreams: {crm: {transport: stdio, command: [], credential: none}}",
                        "/upstreams/crm/command",
                        "argument vector"),
                new Wrong(
                        "upstreams: {crm: {transport: stdio, command: [/bin/x], env: {\"A B\": c}, credential: none}}",
                        "/upstreams/crm/env/A B",
                        "no name of an environment variable"),
                new Wrong(
                        "upstreams: {crm: {transport: stdio, command: [/bin/x], env: {A: {secret: plain}}, credential: none}}",
                        "/upstreams/crm/env/A/secret",
                        "given by reference"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\"}}",
                        "/upstreams/crm",
                        "written out"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: passthrough}}",
                        "/upstreams/crm/credential",
                        "never passed on"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: token_exchange}}",
                        "/upstreams/crm/credential",
                        "token_exchange needs"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: user_oauth}}",
                        "/upstreams/crm/credential",
                        "need the transport streamable_http"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: call_token}}",
                        "/upstreams/crm/credential",
                        "no token can be bound to one call"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential: forward}}",
                        "/upstreams/crm/credential",
                        "never passed on"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential: {pass_through: {}}}}",
                        "/upstreams/crm/credential",
                        "never passed on"),
                new Wrong(
                        "upstreams: {crm: {transport: stdio, command: [/bin/x], credential: call_token}}",
                        "/upstreams/crm/credential",
                        "a stdio upstream takes no header"),
                new Wrong(
                        "upstreams: {crm: {transport: openapi, openapi: {file: a.yaml}, credential: call_token}}",
                        "/upstreams/crm/credential",
                        "canonical URI of this upstream"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential: {token_exchange:"
                                + " {issuer: other, token_url: \"https://id.example/t\", client: {id: a, secret: {env: A}}}}}}",
                        "/upstreams",
                        "which is no issuer"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential:"
                                + " {client_credentials: {token_url: \"http://id.example/t\", client: {id: a, secret: {env: A}}}}}}",
                        "/upstreams/crm/credential/client_credentials/token_url",
                        "over https"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential:"
                                + " {client_credentials: {token_url: \"https://id.example/t\", client: {id: a}}}}}",
                        "/upstreams/crm/credential/client_credentials/client",
                        "exactly one of private_key and secret"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: none, mtls: {certificate: c,"
                                + " private_key: {file: k}}}}",
                        "/upstreams/crm/mtls",
                        "cannot show a client certificate"),
                new Wrong(
                        "upstreams: {crm: {transport: streamable_http, url: \"http://127.0.0.1/\", credential: none, mtls:"
                                + " {certificate: c, private_key: {file: k}}}}",
                        "/upstreams/crm/mtls",
                        "needs an https URL"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: static}}",
                        "/upstreams/crm/credential",
                        "static needs"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: {static: {header: Mcp-Name, secret: {env: A}}}}}",
                        "/upstreams/crm/credential/static/header",
                        "none that MCP computes"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: {static: {header: traceparent, secret: {env: A}}}}}",
                        "/upstreams/crm/credential/static/header",
                        "or HTTP needs"),
                new Wrong(
                        "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: {static: {secret: s3cret}}}}",
                        "/upstreams/crm/credential/static/secret",
                        "given by reference"),
                new Wrong(
                        "upstreams: {a__b: {transport: sse, url: \"https://a.example/\", credential: none}}",
                        "/upstreams/a__b",
                        "is no name"),
                new Wrong("views: {a: {path: mcp}}", "/views/a/path", "/mcp or /mcp/ and one segment"),
                new Wrong("views: {a: {path: /other}}", "/views/a/path", "one segment"),
                new Wrong("views: {a: {path: /mcp/}}", "/views/a/path", "one segment"),
                new Wrong("views: {a: {path: /mcp/..}}", "/views/a/path", "one segment"),
                new Wrong("views: {a: {path: /mcp/b/c}}", "/views/a/path", "one segment"),
                new Wrong("views: {a: {path: /.well-known/x}}", "/views/a/path", "one segment"),
                new Wrong("views: {a: {path: /mcp}, b: {path: /mcp}}", "/views", "two views have the path /mcp"),
                new Wrong(
                        "views: {a: {path: /mcp/a, audience: \"http://127.0.0.1:8080/mcp/b\"}, b: {path: /mcp/b}}",
                        "/views",
                        "two views have the audience http://127.0.0.1:8080/mcp/b"),
                new Wrong("views: {a: {path: /mcp, audience: api}}", "/views/a/audience", "http:// or https://"),
                new Wrong("views: {a: {path: /mcp, bare_names: true}}", "/views/a/bare_names", "exactly one upstream"),
                new Wrong("views: {a: {path: /mcp, names: bare}}", "/views/a/names", "exactly one upstream"),
                new Wrong("views: {a: {path: /mcp, names: short}}", "/views/a/names", "'short' is none of"),
                new Wrong("views: {a: {path: /mcp, names: map}}", "/views/a/names", "a mapping under map"),
                new Wrong("views: {a: {path: /mcp, names: {bare: true}}}", "/views/a/names", "a mapping under map"),
                new Wrong(
                        "views: {a: {path: /mcp, names: prefixed, bare_names: true}}",
                        "/views/a/bare_names",
                        "cannot stand beside names"),
                new Wrong(
                        "views: {a: {path: /mcp, names: {map: {crm__find: find}}}}",
                        "/views/a/names/map/crm__find",
                        "names nothing that this view could have"),
                new Wrong(
                        "views: {a: {path: /mcp, tools: [crm__find]}}",
                        "/views/a/tools",
                        "'crm__find' selects nothing that this view could have"),
                new Wrong(
                        "views: {a: {path: /mcp, resources: [\"file:///*\"]}}",
                        "/views/a/resources",
                        "selects nothing"),
                new Wrong("limits: {result_bytes: 4096, reply_bytes: 2048}", "/limits/reply_bytes", "not be smaller"),
                new Wrong("limits: {bodies_bytes: 4194303}", "/limits/bodies_bytes", "request_bytes, 4194304"),
                new Wrong("audit: {origin: \"a b\"}", "/audit/origin", "must be a name"),
                new Wrong("telemetry: {otlp_url: \"grpc://x\"}", "/telemetry/otlp_url", "http:// or https://"),
                new Wrong("telemetry: {sample_percent: 101}", "/telemetry/sample_percent", "0 to 100"),
                new Wrong("audit: {origin: }", "/audit/origin", "'origin' has no value"),
                new Wrong("limits:", "/limits", "'limits' has no value"),
                new Wrong("nonsense: 1", "/nonsense", "unknown key"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void oneMistakeIsOneProblemAtItsPlace(Wrong wrong) {
        List<Problem> problems = problems(LEAST + wrong.yaml() + "\n");

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(4);
            assertThat(problem.pointer()).isEqualTo(wrong.pointer());
            assertThat(problem.message()).contains(wrong.says());
        });
    }

    @Test
    void namesOfPeopleGoToServersOnlyWhereOneIssuerGivesThem() {
        String plain =
                "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential: call_token}}\n";
        String pairwise = plain.replace("call_token", "{call_token: {subject: pairwise}}");
        String keys = "virtual_keys: {enabled: true}\n";
        String twoIssuers = LEAST.replace(
                "issuers: {", "issuers: {staff: {issuer: \"https://staff.example/\", jwks: {file: staff.json}}, ");

        assertThat(problems(LEAST + plain)).isEmpty();
        assertThat(problems(LEAST + keys + pairwise)).isEmpty();
        assertThat(problems(twoIssuers + pairwise)).isEmpty();
        for (String ambiguous : List.of(LEAST + keys + plain, twoIssuers + plain)) {
            assertThat(problems(ambiguous)).singleElement().satisfies(problem -> {
                assertThat(problem.message()).contains("two people by one name", "'crm'");
                assertThat(problem.hint()).contains("subject: pairwise");
            });
        }
    }

    private static final String TWO_UPSTREAMS =
            "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: none}, "
                    + "files: {transport: sse, url: \"https://b.example/\", credential: none}}\n";

    @Test
    void aViewSaysWhatItOffersAndHowItIsCalled() {
        GatewayConfig config = good(LEAST + TWO_UPSTREAMS + """
                views:
                  desk:
                    path: /mcp/desk
                    audience: https://desk.example/mcp
                    upstreams: [files, crm]
                    names: {map: {crm__find: find, files__read: read}}
                    tools: [crm__*]
                    prompts: []
                    resources: ["files__file:///docs/*"]
                    instructions: For the help desk.
                  plain: {path: /mcp, upstreams: [crm], names: bare}
                """);

        GatewayConfig.View desk = config.views().get("desk");
        assertThat(desk.upstreams()).containsExactly("files", "crm");
        assertThat(desk.names()).isEqualTo(new ViewNames.Mapped(Map.of("crm__find", "find", "files__read", "read")));
        assertThat(desk.resource(config.listen().publicUrl())).isEqualTo("https://desk.example/mcp");
        assertThat(desk.instructions()).isEqualTo("For the help desk.");
        assertThat(desk.selection().has(FeatureName.tool("crm", "find"))).isTrue();
        assertThat(desk.selection().has(FeatureName.tool("files", "find"))).isFalse();
        assertThat(desk.selection().has(new FeatureName(FeatureKind.PROMPT, "crm", "find")))
                .isFalse();
        assertThat(desk.selection().has(new FeatureName(FeatureKind.RESOURCE, "files", "file:///docs/a")))
                .isTrue();
        assertThat(desk.selection().has(new FeatureName(FeatureKind.RESOURCE, "files", "file:///etc/a")))
                .isFalse();
        assertThat(config.views().get("plain").names()).isEqualTo(new ViewNames.Bare());
        assertThat(config.views().get("plain").selection()).isEqualTo(ViewSelection.ALL);
        assertThat(config.views().get("plain").resource(config.listen().publicUrl()))
                .isEqualTo("http://127.0.0.1:8080/mcp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a__b", "\"a b\"", "ä", "\"\"", "a/b"})
    void aNameOfItsOwnCannotBeTakenForAnotherOrBreakAClient(String exposed) {
        assertThat(problems(LEAST + TWO_UPSTREAMS + "views: {a: {path: /mcp, upstreams: [crm], names: {map: {crm__x: "
                        + exposed + "}}}}\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/views/a/names/map/crm__x"));
    }

    @Test
    void twoToolsCannotHaveOneName() {
        assertThat(problems(LEAST + TWO_UPSTREAMS
                        + "views: {a: {path: /mcp, upstreams: [crm], names: {map: {crm__x: x, crm__y: x}}}}\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).isEqualTo("two entries have the name x"));
    }

    /** What may be wrong with an issuer, as its members, and what is told about it. */
    static Stream<Wrong> wrongIssuers() {
        return Stream.of(
                new Wrong("audience: api", "/issuers/corp/audience", "may be the audience of anything"),
                new Wrong("audience: ACCOUNT", "/issuers/corp/audience", "may be the audience of anything"),
                new Wrong("audience_form: single", "/issuers/corp/audience_form", "exact_single"),
                new Wrong("sender_constraint: tls", "/issuers/corp/sender_constraint", "mtls"),
                new Wrong("sender_constraint: mtls", "/issuers", "no client is asked for one"),
                new Wrong("dpop_nonce: sometimes", "/issuers/corp/dpop_nonce", "true or false"),
                new Wrong("algorithms: [none]", "/issuers/corp/algorithms", "'none' is not accepted"),
                new Wrong("algorithms: [HS256]", "/issuers/corp/algorithms", "'HS256' is not accepted"),
                new Wrong("algorithms: [eddsa]", "/issuers/corp/algorithms", "'eddsa' is not accepted"),
                new Wrong("skew_s: 61", "/issuers/corp/skew_s", "60"),
                new Wrong("max_lifetime_s: 604801", "/issuers/corp/max_lifetime_s", "604800"),
                new Wrong("introspect: true", "/issuers/corp/introspect", "unknown key"));
    }

    @ParameterizedTest
    @MethodSource("wrongIssuers")
    void aWrongIssuerIsToldWithItsPlace(Wrong wrong) {
        assertThat(problems(LEAST.replace("jwks: {", wrong.yaml() + ", jwks: {")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo(wrong.pointer());
                    assertThat(problem.message() + " " + problem.hint()).contains(wrong.says());
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/keys.json",
                "jar:file:/a.jar!/k",
                "ftp://id.example/k",
                "http://id.example/k",
                "http://169.254.169.254/k",
                "https://user@id.example/k",
                "//id.example/k",
                "keys.json"
            })
    void keysComeOverHttpsAlone(String url) {
        assertThat(problems(LEAST.replace("{file: jwks.json}", "{url: \"" + url + "\"}")))
                .anySatisfy(problem -> assertThat(problem.pointer()).isEqualTo("/issuers/corp/jwks/url"));
    }

    @Test
    void oneIssuerHasOneEntry() {
        String twice = LEAST.replace(
                "issuers: {", "issuers: {old: {issuer: \"https://id.example/\", jwks: {file: old.json}}, ");

        assertThat(problems(twice))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).isEqualTo("'old' and 'corp' are the same issuer"));
    }

    @Test
    void anIssuersProfileIsRead() {
        IssuerProfile profile = good(LEAST.replace(
                        "jwks: {",
                        "algorithms: EdDSA, typ: [JWT, absent], audience_form: exact_single, required_claims: [jti, tid],"
                                + " sender_constraint: dpop, dpop_nonce: true, jwks: {"))
                .issuers()
                .get("corp")
                .profile();

        assertThat(profile.algorithms()).containsExactly("EdDSA");
        assertThat(profile.typ()).containsExactlyInAnyOrder("jwt", "absent");
        assertThat(profile.audienceAlone()).isTrue();
        assertThat(profile.requiredClaims()).containsExactlyInAnyOrder("jti", "tid");
        assertThat(profile.sender()).isEqualTo(SenderConstraint.DPOP);
        assertThat(profile.dpopNonce()).isTrue();
        assertThat(good(LEAST.replace("jwks: {", "required_claims: [], jwks: {"))
                        .issuers()
                        .get("corp")
                        .profile()
                        .requiredClaims())
                .isEmpty();
    }

    @Test
    void groupsAndScopesMayBeInsideOfOtherClaimsTheClientMayNot() {
        IssuerProfile profile = good(LEAST.replace(
                        "jwks: {", "claims: {groups: /realm_access/roles, scope: /a~1b}, jwks: {"))
                .issuers()
                .get("corp")
                .profile();

        assertThat(profile.groupsClaim()).isEqualTo("/realm_access/roles");
        assertThat(profile.scopeClaim()).isEqualTo("/a~1b");
        for (String bad :
                List.of("client_id: /a/b", "groups: /", "groups: /a/", "groups: //a", "groups: /a~2", "scope: ''")) {
            assertThat(problems(LEAST.replace("jwks: {", "claims: {" + bad + "}, jwks: {")))
                    .as(bad)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("the name of a claim"));
        }
    }

    @Test
    void theOptionalSignerSignsEdDsaAlone() {
        String upstream = "upstreams: {crm: {transport: streamable_http, url: \"https://a.example/\", credential:"
                + " {call_token: {%s}}}}\n";

        assertThat(good(LEAST + upstream.formatted("algorithm: EdDSA, signer: bouncycastle"))
                        .upstreams()
                        .get("crm")
                        .credential())
                .isInstanceOfSatisfying(
                        GatewayConfig.Credential.CallToken.class,
                        token -> assertThat(token.signer()).isEqualTo(SigningLibrary.BOUNCY_CASTLE));
        for (String es256 : List.of("signer: bouncycastle", "signer: bouncycastle, algorithm: ES256")) {
            assertThat(problems(LEAST + upstream.formatted(es256)))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("signs EdDSA alone"));
        }
    }

    @Test
    void scopesMayHoldOthersAndNeverThemselves() {
        assertThat(good(LEAST + "scopes: {implies: {w: [r, l], a: w}}\n").impliedScopes())
                .isEqualTo(Map.of("w", Set.of("r", "l"), "a", Set.of("w")));
        for (String cycle : List.of("{a: [a]}", "{a: [b], b: [a]}", "{a: [b], b: [c], c: [x, b]}")) {
            assertThat(problems(LEAST + "scopes: {implies: " + cycle + "}\n"))
                    .as(cycle)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("holds itself"));
        }
        for (String none : List.of("{\"a b\": [c]}", "{a: [\"b c\"]}", "{a: [\"\"]}", "{a: ['\"']}")) {
            assertThat(problems(LEAST + "scopes: {implies: " + none + "}\n"))
                    .as(none)
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("is no scope"));
        }
    }

    @Test
    void anIssuersOwnAudienceCannotOpenSeveralViews() {
        String audience = LEAST.replace("jwks: {", "audience: https://gw.example/, jwks: {");

        assertThat(problems(audience + "views: {a: {path: /mcp}}\n")).isEmpty();
        for (String views :
                List.of("{a: {path: /mcp}, b: {path: /mcp/b}}", "{a: {path: /mcp, audience: https://a.example/}}")) {
            assertThat(problems(audience + "views: " + views + "\n"))
                    .singleElement()
                    .satisfies(problem -> {
                        assertThat(problem.pointer()).isEqualTo("/issuers");
                        assertThat(problem.message())
                                .isEqualTo("the audience of issuer 'corp' would hold for every view");
                    });
        }
    }

    @Test
    void anUnknownTransportIsToldBesideItsChoices() {
        assertThat(problems(LEAST + "upstreams: {crm: {transport: pigeon, credential: none, command: [/bin/x]}}\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .isEqualTo("'pigeon' is none of stdio, streamable_http, sse, openapi"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "\"::1\""})
    void everyFormOfLoopbackMayBePlain(String host) {
        assertThat(problems(LEAST + "listen: {host: " + host + "}\nadmin: {host: " + host + "}\n"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1/", "http://localhost/", "http://[::1]:9000/"})
    void keysMayComeInClearFromLoopback(String url) {
        assertThat(problems(LEAST.replace("file: jwks.json", "url: \"" + url + "\"")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.evil.example/", "http://localhost.evil.example/", "http://10.0.0.1/"})
    void keysMustComeOverHttpsFromElsewhere(String url) {
        assertThat(problems(LEAST.replace("file: jwks.json", "url: \"" + url + "\"")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).isEqualTo("keys must be fetched over https"));
    }

    @Test
    void noProblemEchoesASecretThatWasWrittenInPlain() {
        for (String yaml : List.of(
                "admin: {tokens: [{name: ops, secret: hunter2}]}",
                "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: {static: {secret: hunter2}}}}",
                "upstreams: {crm: {transport: sse, url: \"https://bob:hunter2@a.example/\", credential: none}}")) {
            assertThat(problems(LEAST + yaml + "\n"))
                    .isNotEmpty()
                    .noneMatch(problem -> problem.render().contains("hunter2"));
        }
    }

    @Test
    void aRefusedPassthroughSaysWhyAndWhatToDo() {
        Problem problem = problems(
                        LEAST
                                + "upstreams: {crm: {transport: sse, url: \"https://a.example/\", credential: {passthrough: {}}}}\n")
                .getFirst();

        assertThat(problem.hint()).contains("made for this gateway", "Use call_token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "version",
                "[1]",
                "version: 1\nversion: 1\n",
                "version: &a 1\nlisten: *a\n",
                "version: !!int 1\n",
                "version: 1\n---\nversion: 1\n",
                "version: 1\n\tlisten: {}\n",
                "{version: 1",
                "version: 1\nlisten: {host: \"\u0007\"}\n"
            })
    void whatIsNoStrictYamlIsRefusedWithALine(String yaml) {
        assertThat(problems(yaml))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.file()).isEqualTo("gateway.yaml"));
    }

    @Test
    void nobodyAtAllIsToldAsSuch() {
        assertThat(problems("version: 1\npolicy: {files: p.yaml}\n"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.message()).isEqualTo("nobody can prove who they are");
                    assertThat(problem.hint())
                            .isEqualTo("Configure at least one issuer, or virtual_keys: {enabled: true}");
                });
    }

    @Test
    void anonymousIsForLoopbackOnly() {
        String anonymous = "version: 1\nanonymous: {}\npolicy: {files: p.yaml}\n";

        assertThat(problems(anonymous)).isEmpty();
        assertThat(problems(anonymous + "listen: {host: 10.1.2.3, tls_terminated_in_front: true}\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("tests on loopback only"));
    }

    @Test
    void aProxyInFrontMayEndTls() {
        GatewayConfig config = good(
                LEAST + "listen: {host: 0.0.0.0, public_url: \"https://gw.example\", tls_terminated_in_front: true}\n");

        assertThat(config.listen().publicUrl()).isEqualTo(URI.create("https://gw.example"));
    }

    @Test
    void tlsChangesTheDefaultOfThePublicUrl() {
        GatewayConfig config = good(
                LEAST + "listen: {host: \"::1\", port: 8443, tls: {certificate: c.pem, private_key: /keys/k.pem}}\n");

        assertThat(config.listen().publicUrl()).isEqualTo(URI.create("https://[::1]:8443"));
        assertThat(config.listen().tls())
                .contains(new GatewayConfig.Tls(FOLDER.resolve("c.pem"), Path.of("/keys/k.pem"), null));
    }

    @Test
    void plainHttpBeyondLoopbackIsAnOperatorsWord() {
        String upstream = "upstreams: {crm: {transport: sse, url: \"http://10.0.0.5/sse\", credential: none%s}}\n";

        assertThat(problems(LEAST + upstream.formatted(""))).hasSize(1);
        assertThat(problems(LEAST + upstream.formatted(", allow_plain_http: true")))
                .isEmpty();
        assertThat(problems(LEAST + upstream.formatted("").replace("10.0.0.5", "127.0.0.1")))
                .isEmpty();
    }

    @Test
    void pathsStandBesideTheFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("gateway.yaml"), LEAST + "audit: {dir: ../logs, signing_key: {file: keys/s.pem}}\n");

        GatewayConfig config = ((Loaded.Good) ConfigFile.read(file)).config();

        assertThat(config.audit().dir()).isEqualTo(folder.resolveSibling("logs"));
        assertThat(config.audit().signingKey()).isEqualTo(folder.resolve("keys/s.pem"));
        assertThat(config.audit().subjectKey())
                .as("beside the signing key")
                .isEqualTo(folder.resolve("keys/audit-subject.key"));
        Assertions.assertThatThrownBy(() -> ConfigFile.read(folder.resolve("absent.yaml")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
