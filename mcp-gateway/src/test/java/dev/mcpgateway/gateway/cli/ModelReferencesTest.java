package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code check} says what other files name of models that is not there. */
class ModelReferencesTest {
    private static final String CONFIG = """
            version: 1
            listen: {port: 0}
            admin: {port: 0}
            issuers: {corp: {issuer: "https://id.example/", jwks: {file: jwks.json}}}
            upstreams: {crm: {transport: sse, url: "https://crm.example/sse", credential: none}}
            policy: {files: [policy.yaml]}
            virtual_keys: {enabled: true}
            state: {dir: state}
            models:
              providers:
                acme: {kind: openai, base_url: "https://api.acme.example/v1", credential: none}
                other: {kind: openai, base_url: "https://api.other.example/v1", credential: none}
              aliases:
                gpt: {targets: [{provider: acme, model: acme-large-1}]}
                mini: {targets: [{provider: other, model: other-mini}]}
              prices: {file: prices.yaml}
              budgets: [{name: all, per: organisation, period: month, limit_usd: "10"}]
              safe_mode: {profile: known-good.json, public_key: profile-key.pub}
            """;

    private static final String POLICY = """
            version: 1
            rules:
              - {id: ask, effect: permit, principals: {issuer: corp}, actions: [model/call], resources: ["model:gpt", "model:mini"]}
            """;

    private static final String PRICES = """
            version: 1
            prices:
              - {provider: acme, model: acme-large-1, effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "1"}}
              - {provider: other, model: "other-*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "1"}}
            """;

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void write() throws Exception {
        write("gateway.yaml", CONFIG);
        write("policy.yaml", POLICY);
        write("prices.yaml", PRICES);
        write("jwks.json", "{\"keys\":[]}");
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        write("profile-key.pem", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        write("profile-key.pub", pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        assertThat(run(
                                "safe-mode",
                                "profile",
                                "--config",
                                path("gateway.yaml"),
                                "--key",
                                path("profile-key.pem"),
                                "--out",
                                path("known-good.json"))
                        .code())
                .isZero();
        assertThat(run(
                                "keys",
                                "create",
                                "--config",
                                path("gateway.yaml"),
                                "--name",
                                "nightly",
                                "--subject",
                                "s",
                                "--client",
                                "c",
                                "--view",
                                "models")
                        .code())
                .isZero();
    }

    private static String pem(String kind, byte[] encoded) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + kind
                + "-----\n";
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private Ran check(String... more) {
        String[] command = new String[3 + more.length];
        System.arraycopy(new String[] {"check", "--config", path("gateway.yaml")}, 0, command, 0, 3);
        System.arraycopy(more, 0, command, 3, more.length);
        return run(command);
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void nothingIsSaidOfWhatIsThere() {
        assertThat(check("--strict")).isEqualTo(new Ran(0, path("gateway.yaml") + ": no problem found\n", ""));
    }

    @Test
    void aPolicyThatNamesAModelThatIsNotThere() throws Exception {
        write("policy.yaml", POLICY.replace("model:mini", "model:minni") + """
                models:
                  - {names: "model:cla*", max_output_tokens: 5}
                """);

        assertThat(check().out())
                .contains("warning: " + path("policy.yaml") + ":3:")
                .contains("'model:minni' names no model that is configured", "Did you mean 'mini'?")
                .contains("policy.yaml:5:", "'model:cla*' names no model that is configured");
        assertThat(check("--strict").code()).isEqualTo(ExitCode.PROBLEMS);
    }

    @Test
    void pricesOfWhatIsNotThereAndWhatHasNone() throws Exception {
        write("prices.yaml", PRICES.replace("provider: acme", "provider: acne").replace("other-*", "otter-*"));

        Ran ran = check();

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("warning: " + path("prices.yaml") + ":3:6: provider 'acne' is not configured")
                .contains("Did you mean 'acme'?")
                .contains("prices.yaml:4:", "no alias is served by 'otter-*' of other")
                .contains("acme-large-1 of acme has no price today")
                .contains("other-mini of other has no price today");

        write("prices.yaml", PRICES.replace("acme-large-1", "acme-larg-1"));
        assertThat(check().out())
                .contains("no alias is served by 'acme-larg-1' of acme", "Did you mean 'acme-large-1'?");

        write("prices.yaml", PRICES.replace("\"1\"", "\"1,5\""));
        assertThat(check().err()).contains("'1,5' is no price", "4 problems");
    }

    @Test
    void aBudgetForAModelThatIsNotThere() throws Exception {
        write("gateway.yaml", CONFIG.replace("limit_usd: \"10\"", "limit_usd: \"10\", match: {models: [mni]}"));

        assertThat(check().err()).contains("gateway.yaml:17:", "no model is called 'mni'", "Did you mean 'mini'?");
    }

    @Test
    void aProfileThatCouldNotServe() throws Exception {
        write("gateway.yaml", CONFIG.replace("mini: {", "small: {").replace("acme-large-1}", "acme-large-2}"));
        write("policy.yaml", POLICY.replace("model:mini", "model:small"));
        assertThat(check().out())
                .contains("serves model 'mini', which has no alias")
                .contains(
                        "serves model 'gpt' by acme/acme-large-1, which is no target of it (at /models/safe_mode/profile)."
                                + " Did you mean 'acme-large-2'?");

        write("gateway.yaml", CONFIG.replace("api.acme", "api2.acme"));
        Ran moved = check();
        assertThat(moved.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(moved.err())
                .contains("knows provider acme at https://api.acme.example/v1", "Safe mode would serve no model");

        write("gateway.yaml", CONFIG);
        Files.writeString(
                folder.resolve("known-good.json"),
                Files.readString(folder.resolve("known-good.json")).replace("other-mini", "other-x"));
        assertThat(check().err()).contains("the signature of the profile is not by its key");
        Files.delete(folder.resolve("known-good.json"));
        assertThat(check().err()).contains("cannot be read", "safe-mode profile");
    }

    @Test
    void aJudgeThatNoRuleLetsJudge() throws Exception {
        write("gateway.yaml", CONFIG + "  judge: {alias: mini, daily_usd: \"1\", aliases: {gpt: {percent: 5}}}\n");

        assertThat(check().out())
                .contains("no rule lets the judge call model 'mini': nothing would be judged", "/models/judge")
                .contains("principals: {issuer: gateway, subject: judge}");
        assertThat(check("--strict").code()).isEqualTo(ExitCode.PROBLEMS);

        write("policy.yaml", POLICY + """
                  - {id: judge, effect: permit, principals: {issuer: gateway, subject: judge}, actions: [model/call], resources: ["model:mini"]}
                """);
        assertThat(check("--strict").code()).as(check("--strict").err()).isZero();
    }

    @Test
    void aDoctorThatNoRuleLetsProbe() throws Exception {
        write("gateway.yaml", CONFIG + "  doctor: {daily_usd: \"1\"}\n");

        assertThat(check().out())
                .contains("no rule lets the doctor probe ", "/models/doctor")
                .contains("principals: {issuer: gateway, subject: doctor}");

        write("policy.yaml", POLICY + """
                  - {id: doctor, effect: permit, principals: {issuer: gateway, subject: doctor}, actions: [model/call], resources: ["model:*"], ack_broad: true}
                """);
        assertThat(check().out()).doesNotContain("doctor probe");
    }

    @Test
    void aKeyOfAProviderThatCannotBeRead() throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replaceFirst(
                        "credential: none}\n    other",
                        "credential: {static: {secret: {file: acme.key}, next: {env: NO_SUCH_KEY_HERE}}}}\n    other"));

        Ran missing = check();
        write("acme.key", "sk-1\n");
        Files.setPosixFilePermissions(Path.of(path("acme.key")), PosixFilePermissions.fromString("rw-------"));
        Ran half = check();

        assertThat(missing.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(missing.err())
                .contains("secret file " + path("acme.key") + " does not exist", "/models/providers/acme/credential")
                .contains("secret variable NO_SUCH_KEY_HERE is not set or empty");
        assertThat(half.err()).contains("NO_SUCH_KEY_HERE").doesNotContain("acme.key");
    }

    private void secret(String name, String text) throws Exception {
        write(name, text);
        Files.setPosixFilePermissions(Path.of(path(name)), PosixFilePermissions.fromString("rw-------"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            \\uFEFFsk-1\\n   | begins with a byte order mark (UTF-8 with BOM)
            sk-1\\n\\n      | ends with a line end (of a file one is taken off, and no more)
            sk-1\\r\\n\\r\\n  | ends with a line end (of a file one is taken off, and no more)
            'sk-1 '       | has a blank at its end
            sk\\u2011     | has a character that is not ASCII
            """)
    void aKeyThatNoHeaderMayCarry(String written, String words) throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replace(
                                "credential: none}}\npolicy",
                                "credential: {static: {secret: {file: bad.key}}}}}\npolicy")
                        .replaceFirst(
                                "credential: none}\n    other",
                                "credential: {static: {secret: {file: good.key}, next: {file: bad.key}}}}\n    other"));
        secret("good.key", "sk-2\r\n");
        secret(
                "bad.key",
                written.replace("\\uFEFF", "\uFEFF")
                        .replace("\\u2011", "\u2011")
                        .translateEscapes());

        Ran ran = check();

        assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(ran.err().lines())
                .filteredOn(line -> line.contains("secret file " + path("bad.key") + " " + words
                        + ", which no header may carry: write it anew, as one line of visible ASCII"))
                .hasSize(2)
                .anyMatch(line -> line.contains("/upstreams/crm/credential/static/secret"))
                .anyMatch(line -> line.contains("/models/providers/acme/credential/static/next"));
        assertThat(ran.err()).doesNotContain("good.key", "sk");
    }

    @Test
    void aSecretOfAnotherUseMayHaveManyLines() throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replace(
                        "credential: none}}\npolicy",
                        "credential: {client_credentials: {token_url: \"https://id.example/token\","
                                + " client: {id: gw, private_key: {file: client.pem}}}}}}\npolicy"));
        secret("client.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        assertThat(check()).isEqualTo(new Ran(0, path("gateway.yaml") + ": no problem found\n", ""));
    }

    @Test
    void aVariableThatIsEmptyIsAsGoodAsNone() throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replaceFirst(
                        "credential: none}\n    other", "credential: {static: {secret: {env: ACME_KEY}}}}\n    other"));
        GatewayConfig config = switch (ConfigFile.read(Path.of(path("gateway.yaml")))) {
            case Loaded.Good(var good) -> good;
            case Loaded.Bad(var problems) -> throw new AssertionError(problems);
        };

        assertThat(ReferenceCheck.problems("gateway.yaml", config, _ -> "sk-1")).isEmpty();
        assertThat(ReferenceCheck.problems("gateway.yaml", config, _ -> ""))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/models/providers/acme/credential/static/secret");
                    assertThat(problem.message()).startsWith("secret variable ACME_KEY is not set or empty");
                });
        assertThat(ReferenceCheck.problems("gateway.yaml", config, _ -> "sk-1\n"))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.message()).startsWith("secret variable ACME_KEY ends with a line end"));
    }

    @Test
    void aVirtualKeyForAPlaceThatIsNotThere() throws Exception {
        write("gateway.yaml", CONFIG.substring(0, CONFIG.indexOf("models:\n")));
        write("policy.yaml", "version: 1\nrules: []\n".replace("rules: []\n", ""));

        assertThat(check().out())
                .contains("keys.json: virtual key ", "(nightly) is for view 'models', which is not configured");
    }
}
