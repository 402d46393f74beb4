package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.cli.ExitCode;
import dev.mcpgateway.gateway.keys.KeyText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent without OAuth: a key that the command line makes opens what rules give its holder, and nothing else. */
class VirtualKeyTest {
    private static final String POLICY = """
            version: 1
            rules:
              - id: robots
                effect: permit
                principals: {issuer: keys, groups: [robots]}
                actions: [tools/call]
                resources: [crm__echo]
              - id: scoped
                effect: permit
                principals: {issuer: keys}
                actions: [tools/call]
                resources: [crm__scoped]
                requires_scope: [mcp:crm:scoped]
              - id: people
                effect: permit
                principals: {issuer: corp}
                actions: [tools/call]
                resources: [crm__people]
            """;

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("scoped", ToolScript.text("scoped"))
                .tool("people", ToolScript.text("people"));
        gateway = builder().section("virtual_keys", "{enabled: true}").start();
        gateway.skipRecords();
    }

    private TestGateway.Builder builder() throws Exception {
        return TestGateway.in(folder)
                .operator()
                .upstream("crm", crm)
                .section("views", "{default: {path: /mcp, upstreams: [crm]}, b: {path: /mcp/b, upstreams: [crm]}}")
                .policy(POLICY);
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private Ran keys(String... arguments) {
        return Ran.of(Stream.of(
                        Stream.of("keys"),
                        Stream.of(arguments),
                        Stream.of("--config", folder.resolve("gateway.yaml").toString()))
                .flatMap(each -> each)
                .toArray(String[]::new));
    }

    private String create(String... more) {
        Ran made = keys(Stream.concat(
                        Stream.of(
                                "create",
                                "--name",
                                "nightly",
                                "--subject",
                                "robot",
                                "--client",
                                "nightly-job",
                                "--groups",
                                "robots",
                                "--view",
                                "default"),
                        Stream.of(more))
                .toArray(String[]::new));
        assertThat(made.code()).as(made.err()).isZero();
        taken();
        return made.out().strip();
    }

    /** The gateway's clocks go on by the second in which it looks at the file. */
    private void taken() {
        gateway.clock().advance(Duration.ofSeconds(1));
    }

    private TestAgent agent(String key) {
        return new TestAgent(gateway, key);
    }

    private static String id(String key) {
        return KeyText.parse(key).orElseThrow().id();
    }

    @Test
    void aKeyThatIsMadeDuringTheStartIsRecordedThoughNobodyUsesIt() throws Exception {
        gateway.close();
        gateway = builder().section("virtual_keys", "{enabled: true}").build();
        create();
        gateway.gateway().start();

        Await.until(
                "the key is recorded",
                () -> gateway.records().stream()
                        .anyMatch(each -> each.text("ev").equals("admin.virtual_key.created")));
    }

    @Test
    void aKeyOpensWhatTheRulesGiveItsHolder() {
        String key = create();

        assertThat(agent(key).call("crm__echo", "{}").at("/result/content/0/text"))
                .isEqualTo("hello");
        assertThat(agent(key).list().text()).contains("crm__echo").doesNotContain("crm__people", "crm__scoped");
        assertThat(agent(key).call("crm__people", "{}").errorCode()).isEqualTo(-32602);
        WireAnswer stepUp = agent(key).call("crm__scoped", "{}");
        assertThat(stepUp.status()).isEqualTo(403);
        assertThat(agent(create("--scopes", "mcp:crm:scoped,other"))
                        .call("crm__scoped", "{}")
                        .at("/result/content/0/text"))
                .isEqualTo("scoped");
    }

    @Test
    void theAuditLogNamesTheKeyAndNothingShowsIt() throws Exception {
        String key = create();
        agent(key).call("crm__echo", "{}");
        agent(key + "x").call("crm__echo", "{}");

        Await.until(
                "the key's making is recorded",
                () -> gateway.records().stream()
                        .anyMatch(each -> each.text("ev").equals("admin.virtual_key.created")));
        AuditRecord intent = gateway.records().stream()
                .filter(each -> each.text("ev").equals("tool.call.intent"))
                .findFirst()
                .orElseThrow();
        assertThat(intent.text("actor.key")).isEqualTo(id(key));
        assertThat(intent.text("actor.iss")).isEqualTo("urn:mcp-gateway:keys");
        assertThat(intent.text("actor.client_id")).isEqualTo("nightly-job");
        String secret = key.substring(17, 50);
        assertThat(gateway.records()).noneMatch(each -> each.json().toString().contains(secret));
        assertThat(keys("list").out()).contains(id(key), "good", "robot").doesNotContain(secret);
        assertThat(gateway.operate("GET", "/metrics", "").text()).doesNotContain(secret);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret);
            }
        }
        assertThat(crm.requests()).noneMatch(each -> each.text().contains("mgk_"));
    }

    @Test
    void aKeyForOneViewOpensNoOther() {
        String key = create();

        assertThat(agent(key).at("/mcp/b").call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(gateway.newSummaries(1)).contains("auth.denied IDENTIFY wrong_audience");
        assertThat(agent(create("--view", "b"))
                        .at("/mcp/b")
                        .call("crm__echo", "{}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void keysThatAreNotGoodAreRefusedAlike() {
        String key = create();
        String unknown = KeyText.make(new SecureRandom()).expose();
        String sameId = forged(key);
        for (String bad : List.of(
                unknown, sameId, key.substring(0, key.length() - 1), key + "a", "mgk_", "mgk_" + "a".repeat(5000))) {
            WireAnswer refused = agent(bad).call("crm__echo", "{}");
            assertThat(refused.status()).as(bad).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate").orElse("")).contains("invalid_token");
            assertThat(refused.text()).doesNotContain("mgk_", "virtual");
        }
        assertThat(crm.requests()).noneMatch(each -> each.text().contains("tools/call"));
    }

    /** A well-formed key with the id of another one. */
    private static String forged(String key) {
        SecureRandom random = new SecureRandom();
        KeyText other = KeyText.make(new RandomGenerator() {
            private int at;

            @Override
            public long nextLong() {
                return random.nextLong();
            }

            @Override
            public int nextInt(int bound) {
                return "abcdefghijkmnpqrstuvwxyz23456789".indexOf(id(key).charAt(at++));
            }
        });
        assertThat(other.id()).isEqualTo(id(key));
        return other.expose();
    }

    @Test
    void anEndedKeyIsRefusedWithinASecond() {
        String revoked = create();
        String expiring = create("--expires", "2h");
        assertThat(agent(revoked).call("crm__echo", "{}").status()).isEqualTo(200);

        assertThat(keys("revoke", id(revoked)).out()).contains("revoked");
        taken();

        assertThat(agent(revoked).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(agent(expiring).call("crm__echo", "{}").status()).isEqualTo(200);
        gateway.clock().advance(Duration.ofHours(2));
        assertThat(agent(expiring).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(keys("revoke", "nobody").code()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aKeyIsGoodForADayUnlessItsMakerOrTheConfigurationSaysOtherwise() throws Exception {
        String plain = create();
        String longer = create("--expires", "90d");
        gateway.clock().advance(Duration.ofHours(24));
        assertThat(agent(plain).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(agent(longer).call("crm__echo", "{}").status()).isEqualTo(200);

        gateway.close();
        gateway = builder()
                .section("virtual_keys", "{enabled: true, life_hours: 2, life_max_days: 1}")
                .start();

        // what was made before keeps its end
        assertThat(agent(longer).call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(keys("rotate", id(longer), "--expires", "25h").err()).contains("1 days at most");
        String shorter = create();
        assertThat(agent(shorter).call("crm__echo", "{}").status()).isEqualTo(200);
        gateway.clock().advance(Duration.ofHours(2));
        assertThat(agent(shorter).call("crm__echo", "{}").status()).isEqualTo(401);
    }

    @Test
    void aKeyOfASourceOpensNothingFromElsewhereAndTheLogSaysFromWhere() {
        String near = create("--source", "127.0.0.0/8,::1");
        String far = create("--source", "192.0.2.0/24,2001:db8::/32");

        assertThat(agent(near).call("crm__echo", "{}").status()).isEqualTo(200);
        WireAnswer refused = agent(far).call("crm__echo", "{}");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text()).contains("The key may not be used from this address.");
        Await.until(
                "the refusal is recorded with the address",
                () -> gateway.records().stream()
                        .anyMatch(each -> each.text("detail.reason").equals("wrong_source")
                                && each.json().contains("127.0.0.1")));
        assertThat(keys("list").out()).contains("sources 192.0.2.0/24,2001:db8::/32");

        // what a proxy would say of its client is anybody's to write
        WireAnswer pretended = gateway.send(agent(far)
                .calling("crm__echo", "{}")
                .plus("X-Forwarded-For", "192.0.2.9")
                .plus("Forwarded", "for=192.0.2.9"));
        assertThat(pretended.status()).isEqualTo(403);

        String moved = keys("rotate", id(far), "--source", "127.0.0.1").out().strip();
        taken();
        assertThat(agent(moved).call("crm__echo", "{}").status()).isEqualTo(200);
        String kept = keys("rotate", id(far)).out().strip();
        taken();
        assertThat(agent(kept).call("crm__echo", "{}").status()).isEqualTo(403);
    }

    @Test
    void aRotatedKeyAndItsSuccessorAreBothGoodForTheOverlap() {
        String old = create();

        Ran rotated = keys("rotate", id(old), "--overlap", "1h");
        String next = rotated.out().strip();
        taken();

        assertThat(rotated.code()).isZero();
        assertThat(agent(old).call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(agent(next).call("crm__echo", "{}").status()).isEqualTo(200);
        gateway.clock().advance(Duration.ofHours(1));
        assertThat(agent(old).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(agent(next).call("crm__echo", "{}").status()).isEqualTo(200);
    }

    @Test
    void aStoppedKeyIsRefused() {
        String key = create();
        String other = create();

        assertThat(gateway.operate(
                                "POST",
                                "/kill",
                                "{\"kind\":\"key\",\"value\":\"" + id(key) + "\",\"reason\":\"leaked\"}")
                        .status())
                .isEqualTo(200);

        assertThat(agent(key).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(agent(other).call("crm__echo", "{}").status()).isEqualTo(200);
    }

    @Test
    void whileTheFileCannotBeReadNoKeyIsGoodAndTokensAre() throws Exception {
        String key = create();
        Path file = folder.resolve("state/keys.json");
        String good = Files.readString(file);

        Files.writeString(file, good.replace("robots", "admins"));
        taken();

        WireAnswer refused = agent(key).call("crm__echo", "{}");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(gateway.notReady()).anyMatch(reason -> reason.contains("keys.json is damaged"));
        assertThat(gateway.agent().call("crm__people", "{}").status()).isEqualTo(200);
        Files.writeString(file, good);
        taken();
        assertThat(agent(key).call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(gateway.notReady()).isEmpty();
    }

    @Test
    void withoutTheSettingAKeyIsAnyBadToken() throws Exception {
        String key = create();
        gateway.close();
        gateway =
                builder().policy(POLICY.replace("issuer: keys", "issuer: corp")).start();

        assertThat(agent(key).call("crm__echo", "{}").status()).isEqualTo(401);
        assertThat(keys("list").err()).contains("virtual_keys: {enabled: true}");
    }

    @Test
    void keysAloneAreEnoughToServe() throws Exception {
        gateway.close();
        gateway = builder()
                .without("issuers")
                .section("virtual_keys", "{enabled: true, issuer: robots}")
                .policy(
                        "version: 1\nrules: [{id: r, effect: permit, principals: {issuer: robots}, resources: [crm__echo]}]\n")
                .start();
        String key = create();

        assertThat(agent(key).call("crm__echo", "{}").status()).isEqualTo(200);
        WireAnswer refused = agent("nothing").call("crm__echo", "{}");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate").orElse("")).doesNotContain("resource_metadata");
    }

    @Test
    void whatMakesNoKeyIsSaid() {
        String[] good = {"create", "--name", "n", "--subject", "s", "--client", "c"};

        assertThat(keys(good).err()).contains("--view must name views of the configuration: default, b");
        assertThat(keys(with(good, "--view", "c")).err()).contains("--view must name");
        assertThat(keys(with(good, "--view", "b", "--expires", "91d")).err())
                .contains("90 days at most (virtual_keys.life_max_days)");
        assertThat(keys(with(good, "--view", "b", "--source", "10.0.0.0/8,10.1.2.3/8"))
                        .err())
                .contains("source 10.1.2.3/8");
        assertThat(keys(with(good, "--view", "b", "--groups", "a\nb")).err()).contains("control characters");
        assertThat(keys(with(good, "--view", "b", "--expires", "soon")).code()).isEqualTo(ExitCode.USAGE);
        assertThat(keys("list").out()).isEmpty();
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }
}
