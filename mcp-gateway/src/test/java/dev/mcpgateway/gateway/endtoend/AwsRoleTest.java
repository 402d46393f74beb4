package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bedrock is asked with keys that a role gives for a short time, in a session for each workload. */
class AwsRoleTest {
    private static final String MODEL = "/model/eu.anthropic.claude-x-v1%3A0";
    private static final String ROLE = "arn:aws:iam::123456789012:role/models/gateway";
    private static final String ASKED =
            "{\"model\":\"claude\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String ANSWER =
            "{\"id\":\"m\",\"type\":\"message\",\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],"
                    + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"output_tokens\":12}}";
    private static final String METRIC =
            "gateway_credential_auth_failures_total{gateway_credential=\"role\",gateway_provider=\"aws\"} ";

    @TempDir
    Path folder;

    private FakeFederation sts;
    private FakeModelServer bedrock;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        sts = new FakeFederation(() -> gateway.clock().instant());
        sts.writeKey(folder.resolve("workload.pem"));
        bedrock = FakeModelServer.start().on(MODEL + "/invoke", this::answer);
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW)
                .section("models", """

                  providers:
                    aws:
                      kind: bedrock
                      base_url: "%s"
                      credential: {aws: {region: eu-central-1, role: {arn: "%s", sts_url: "%s", lifetime_s: 900,
                        assertion: {issuer: "%s", audience: "%s", private_key: {file: workload.pem}}}}}
                  aliases:
                    claude: {targets: [{provider: aws, model: "eu.anthropic.claude-x-v1:0"}]}
                """.formatted(
                        bedrock.url().resolve("/"), ROLE, sts.url("/"), FakeFederation.ISSUER, FakeFederation.AUDIENCE))
                .operator()
                .start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        gateway.close();
        bedrock.close();
        sts.close();
        assertThat(bedrock.failures()).isEmpty();
    }

    /** Looks at things in AWS's order: who signs, with which token, and only then at what is asked. */
    private void answer(ModelTurn turn) throws Exception {
        RawRequest request = turn.request();
        AwsSignature signature = AwsSignature.of(request);
        Optional<FakeFederation.Keys> keys = sts.keys(signature.keyId());
        if (keys.isEmpty()
                || !request.header("x-amz-security-token")
                        .orElse("")
                        .equals(keys.get().token())) {
            refuse(turn, 403, "ExpiredTokenException");
        } else if (!signature.isGood(request, keys.get().secret())) {
            refuse(turn, 403, "InvalidSignatureException");
        } else if (request.text().equals("{}")) {
            refuse(turn, 400, "ValidationException");
        } else {
            turn.answer(200, ANSWER);
        }
    }

    private static void refuse(ModelTurn turn, int status, String name) throws Exception {
        turn.answer(status, "{\"message\":\"no\"}", "x-amzn-errortype: " + name + ":http://internal.amazon.com/");
    }

    private WireAnswer ask(String subject, String client, String tenant) {
        ModelAgent agent = ModelAgent.of(gateway, subject, Map.of("client_id", client, "tenant", tenant));
        return agent.ask(agent.anthropic("/v1/messages", ASKED));
    }

    private List<String> sessions() {
        return bedrock.requests().stream()
                .map(request -> AwsSignature.of(request).keyId())
                .map(id -> sts.keys(id).orElseThrow().session())
                .toList();
    }

    @Test
    void eachWorkloadSignsInASessionThatIsNamedAfterIt() {
        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(200);
        assertThat(ask("bob", "bot", "acme").status()).isEqualTo(200);
        assertThat(ask("alice", "bot", "globex").status()).isEqualTo(200);

        assertThat(sessions()).hasSize(3);
        assertThat(sessions().get(0))
                .matches("acme\\.bot=[0-9a-f]{16}")
                .isEqualTo(sessions().get(1));
        assertThat(sessions().get(2)).startsWith("globex.bot=");
        assertThat(sts.asked()).hasSize(2).first().satisfies(asked -> {
            assertThat(asked.form())
                    .containsEntry("Version", "2011-06-15")
                    .containsEntry("RoleArn", ROLE)
                    .containsEntry("DurationSeconds", "900");
            assertThat(asked.request().header("Authorization"))
                    .as("STS is asked without a signature")
                    .isEmpty();
            assertThat(asked.claims().getSubject()).isEqualTo("issuer:corp:tenant:acme:client:bot");
        });
    }

    @Test
    void keysAreNotUsedAfterTheirEndNorReplacedByAnyOthers() {
        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(200);
        sts.answers(503, "<html>");
        gateway.clock().advance(Duration.ofSeconds(896));
        bedrock.clearRequests();

        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(502);
        assertThat(bedrock.requests()).isEmpty();

        sts.answers(0, "");
        gateway.clock().advance(Duration.ofSeconds(2));
        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(200);
    }

    @Test
    void whatStsRefusesIsRefusedCountedRecordedAndNotToldToTheAgent() {
        sts.answers(403, FakeFederation.error("AccessDenied"));

        WireAnswer answer = ask("alice", "bot", "acme");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("AccessDenied", "s3cret", "role");
        assertThat(bedrock.requests()).isEmpty();
        assertThat(gateway.newSummaries(2)).anyMatch(each -> each.contains("credential_unavailable"));
        assertThat(gateway.operate("GET", "/metrics", "").text()).contains(METRIC + "1\n");
        assertThat(Ran.of(gateway, folder, "credentials", "rotate", "--all", "--reason", "r")
                        .out())
                .contains("NO KEY IS TAKEN")
                .contains("error AccessDenied: the role's trust policy does not take this subject")
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "<a/>",
                "<a><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><Expiration>2099-01-01T00:00:00Z</Expiration></a>",
                "<a><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></a>",
                "<a><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2020-01-01T00:00:00Z</Expiration></a>",
                "<a><AccessKeyId>A B</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></a>",
                "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><a><AccessKeyId>&e;</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></a>"
            })
    void whatIsNoSessionIsNone(String xml) {
        sts.answers(200, xml);

        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(502);
        assertThat(bedrock.requests()).isEmpty();
    }

    @Test
    void keysThatBedrockRefusesAreGivenUpAndTheListShowsWhenTheNextEnd() {
        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(200);
        sts.endAll();
        gateway.clock().advance(Duration.ofSeconds(10));

        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(502);
        assertThat(ask("alice", "bot", "acme").status()).isEqualTo(200);

        assertThat(sts.asked()).hasSize(2);
        Ran rotated = Ran.of(gateway, folder, "credentials", "rotate", "--all", "--reason", "r");
        assertThat(rotated.out()).contains("aws  in use: role  role accepted (HTTP 400)");
        Await.until(
                "the key was looked at",
                () -> !Ran.of(gateway, folder, "credentials", "list").out().contains("never read"));
        assertThat(Ran.of(gateway, folder, "credentials", "list").out())
                .containsPattern("aws  role  in use  0 days  rotated never  refused 1"
                        + "  short-lived, 1 held, the next ends [0-9-]+T[0-9:.]+Z\n");
    }
}
