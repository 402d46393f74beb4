package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in comments in the commented sample is what the product reads. */
class CommentedSampleTest {
    private static final Path SAMPLE =
            Path.of(System.getProperty("basedir", ".")).resolve("../samples/quickstart");

    /** Settings that are switched off by the sign of a comment; the alias and the section {@code judge} have one name. */
    private static final List<String> SWITCHED_OFF = List.of(
            "tokens",
            "claims",
            "virtual_keys",
            "residency",
            "issued",
            "spare",
            "careful",
            "private",
            "judge",
            "routing",
            "prices",
            "budgets",
            "cache",
            "judge",
            "doctor",
            "content",
            "observe",
            "kept_state",
            "safe_mode",
            "signals",
            "model_calls_per_caller");

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws Exception {
        Files.createDirectories(folder.resolve("keys"));
        for (String key : List.of("keys/model.key", "keys/spare.key", "keys/workload.pem", "anna.token", "ben.token")) {
            Files.createFile(
                    folder.resolve(key),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(folder.resolve(key), "sk-1\n");
        }
        String policy = Files.readString(SAMPLE.resolve("policy.yaml"));
        assertThat(line("models").matcher(policy).find()).isTrue();
        Files.writeString(
                folder.resolve("policy.yaml"), line("models").matcher(policy).replaceFirst("$1$2"));
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: scripted, model: "*", effective_from: "2026-01-01", per_million_tokens: {input: "1", output: "2"}}
                  - {provider: issued, model: "*", effective_from: "2026-01-01", per_million_tokens: {input: "1", output: "2"}}
                  - {provider: spare, model: "*", effective_from: "2026-01-01", per_million_tokens: {input: "3", output: "15"}}
                """);
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(new ECGenParameterSpec("secp256r1"));
        pem(
                "keys/workload.pem",
                "PRIVATE KEY",
                curve.generateKeyPair().getPrivate().getEncoded());
        pem("acme.pub.pem", "PUBLIC KEY", curve.generateKeyPair().getPublic().getEncoded());
        KeyPair profile = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        pem("profile-key.pem", "PRIVATE KEY", profile.getPrivate().getEncoded());
        pem("profile-key.pub", "PUBLIC KEY", profile.getPublic().getEncoded());
    }

    private void pem(String name, String kind, byte[] encoded) throws Exception {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END "
                        + kind + "-----\n");
    }

    private static String sample() throws Exception {
        return Files.readString(SAMPLE.resolve("gateway.yaml"))
                .replace("/opt/mcp-gateway/samples/bin/sample", "/bin/sh");
    }

    private static Pattern line(String key) {
        return Pattern.compile("(?m)^( *)# (" + key + ": .*)$");
    }

    private String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = Commands.run(arguments, both, both);
        return code + "\n" + out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everySettingThatIsSwitchedOffIsGoodWhenItIsSwitchedOn() throws Exception {
        String config = sample();
        for (String key : SWITCHED_OFF) {
            assertThat(line(key).matcher(config).find())
                    .as("%s is in the sample", key)
                    .isTrue();
            config = line(key).matcher(config).replaceFirst("$1$2");
        }
        // as the line about virtual keys says
        config = config.replace("{call_token: {audience:", "{call_token: {subject: pairwise, audience:");
        config = config.replaceFirst(
                "until: [0-9-]+", "until: " + LocalDate.now(ZoneOffset.UTC).plusDays(2));
        String path = Files.writeString(folder.resolve("gateway.yaml"), config).toString();
        String profile = folder.resolve("profile-key.pem").toString();
        String out = folder.resolve("known-good.json").toString();
        assertThat(run("safe-mode", "profile", "--config", path, "--key", profile, "--out", out))
                .startsWith("0\n");

        assertThat(run("check", "--config", path))
                .startsWith("0\n")
                .contains(": no problem found")
                .doesNotContain("has the residency");
    }

    @Test
    void nothingElseIsSwitchedOffAmongTheModels() throws Exception {
        String models = sample();
        models = models.substring(models.indexOf("\nmodels:"), models.indexOf("\npolicy:"));

        assertThat(line("[a-z_]+")
                        .matcher(models)
                        .results()
                        .map((MatchResult each) -> each.group(2).replaceAll(":.*", "")))
                .isNotEmpty()
                .allSatisfy(key -> assertThat(SWITCHED_OFF).contains(key));
    }
}
