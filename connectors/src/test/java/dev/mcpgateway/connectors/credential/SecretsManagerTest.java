package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.FakeSecretsManager;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a fake of AWS Secrets Manager that verifies signatures by another implementation than the one that signs. */
class SecretsManagerTest {
    private static final Instant CREATED = Instant.parse("2026-03-01T08:00:00Z");
    private static final String ID = "gateway/openai";

    private FakeSecretsManager server;
    private WayToStore way;

    @BeforeEach
    void start() {
        server = FakeSecretsManager.start(InstantSource.system())
                .put(ID, "AWSCURRENT", "\"{\\\"api_key\\\":\\\"s3cret\\\",\\\"number\\\":7}\"", CREATED)
                .put(ID, "AWSPREVIOUS", "\"the one before\"", CREATED);
        way = new WayToStore(server.url());
    }

    @AfterEach
    void stop() {
        way.close();
        server.close();
    }

    private static SecretSource given(String value) {
        return new GivenSecret(Secret.of(value));
    }

    private AwsSecrets manager(String region, String id, String secret, Optional<SecretSource> token) {
        return manager(new AwsKeys(region, given(id), given(secret), token), way.time());
    }

    private AwsSecrets manager(AwsKeys keys, TimeSource when) {
        return new AwsSecrets(
                way.transport(),
                new AwsSecrets.Settings(HttpOrigin.of(server.url()), keys, WayToStore.FRESH, WayToStore.KEPT),
                when);
    }

    private AwsSecrets manager() {
        return manager("eu-central-1", FakeSecretsManager.KEY_ID, FakeSecretsManager.KEY, Optional.empty());
    }

    private SecretSource secret() {
        return manager().secret(ID, "api_key", "AWSCURRENT");
    }

    @Test
    void aSecretIsAskedForSignedAndReadOnceUntilItIsNotFreshAnyMore() throws Exception {
        SecretSource secret = secret();

        Secret first = secret.read();
        way.pass(59);
        assertThat(first.expose()).isEqualTo("s3cret");
        assertThat(secret.read()).isSameAs(first);
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.text()).isEqualTo("{\"SecretId\":\"gateway/openai\",\"VersionStage\":\"AWSCURRENT\"}");
            assertThat(AwsSignature.of(request).isGood(request, "another secret"))
                    .isFalse();
        });
        way.pass(2);
        assertThat(secret.read()).as("the same value is the same object").isSameAs(first);
        assertThat(server.requests()).hasSize(2);
        server.put(ID, "AWSCURRENT", "\"{\\\"api_key\\\":\\\"rotated\\\"}\"", CREATED.plusSeconds(5));
        way.pass(61);
        assertThat(secret.read().expose()).isEqualTo("rotated");
        assertThat(secret.since()).contains(CREATED.plusSeconds(5).plusMillis(713));
    }

    @Test
    void theWholeTextOrAMemberOfEachStageIsAValueOfItsOwn() throws Exception {
        assertThat(manager().secret(ID, "", "AWSPREVIOUS").read().expose()).isEqualTo("the one before");
        assertThat(manager().secret(ID, "", "AWSCURRENT").read().expose()).startsWith("{\"api_key\"");
        assertThat(manager().secret(ID, "api_key", "AWSCURRENT").since())
                .as("nothing is looked at")
                .isEmpty();
    }

    @Test
    void aSessionTokenGoesAlong() throws Exception {
        server.token("token==");

        assertThatThrownBy(() -> secret().read())
                .isInstanceOf(SecretUnavailable.class)
                .hasMessageContaining("session token of the gateway's keys has ended (ExpiredTokenException)");
        assertThat(manager(
                                "eu-central-1",
                                FakeSecretsManager.KEY_ID,
                                FakeSecretsManager.KEY,
                                Optional.of(given("token==")))
                        .secret(ID, "api_key", "AWSCURRENT")
                        .read()
                        .expose())
                .isEqualTo("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "us-east-1, AKIASECRETSEXAMPLE00, manager+secret/of/aws, InvalidSignatureException",
        "eu-central-1, AKIASECRETSEXAMPLE00, another, is not that of its access key id",
        "eu-central-1, AKIAANOTHER, manager+secret/of/aws, does not take the gateway's keys"
    })
    void whoSignsOtherwiseGetsNothing(String region, String id, String secret, String says) {
        assertThatThrownBy(() -> manager(region, id, secret, Optional.empty())
                        .secret(ID, "api_key", "AWSCURRENT")
                        .read())
                .isInstanceOf(SecretUnavailable.class)
                .hasMessageContainingAll(ID, says)
                .hasMessageNotContaining("manager+secret");
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void aClockThatIsWrongIsSaidToBe(int seconds) {
        TimeSource wrong = new TimeSource(
                () -> Instant.now().plusSeconds(seconds), way.time().nanoTime());
        AwsKeys keys = new AwsKeys(
                "eu-central-1", given(FakeSecretsManager.KEY_ID), given(FakeSecretsManager.KEY), Optional.empty());

        assertThatThrownBy(() ->
                        manager(keys, wrong).secret(ID, "api_key", "AWSCURRENT").read())
                .hasMessageContaining("set the gateway's clock");
    }

    @ParameterizedTest
    @CsvSource({
        "400, ResourceNotFoundException, knows no such secret or stage",
        "400, InvalidRequestException, to be deleted",
        "400, com.amazonaws.secretsmanager#AccessDeniedException, secretsmanager:GetSecretValue",
        "400, DecryptionFailure, KMS key"
    })
    void whatAwsRefusesToTheGatewayIsGoneAtOnce(int status, String name, String says) throws Exception {
        SecretSource secret = secret();
        secret.read();
        server.refuse(status, name);
        way.pass(61);

        assertThatThrownBy(secret::read)
                .isInstanceOf(SecretUnavailable.class)
                .hasMessageContainingAll("is not there", says);
        server.refuse(500, "InternalServiceError");
        assertThatThrownBy(secret::read)
                .as("and stays gone while AWS is silent")
                .isInstanceOf(SecretUnavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"500, InternalServiceError", "400, ThrottlingException", "503, ''", "302, ''"})
    void theLastGoodValueIsUsedForAWhileAndNotLonger(int status, String name) throws Exception {
        SecretSource secret = secret();
        secret.read();
        server.refuse(status, name);
        way.pass(61);

        assertThat(secret.read().expose()).isEqualTo("s3cret");
        assertThat(secret.read().expose()).isEqualTo("s3cret");
        assertThat(server.requests()).as("it is not asked with every call").hasSize(2);
        way.pass(600);
        assertThatThrownBy(secret::read)
                .hasMessageContainingAll(ID, name.isEmpty() ? "status " + status : name)
                .hasMessageNotContaining("s3cret");
        server.refuse(0, "");
        assertThat(secret.read().expose()).isEqualTo("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "[]",
                "{}",
                "{\"SecretString\":7}",
                "{\"SecretString\":\"\"}",
                "{\"SecretString\":\"no object\"}",
                "{\"SecretString\":\"[1]\"}",
                "{\"SecretString\":\"{\\\"other\\\":\\\"x\\\"}\"}",
                "{\"SecretString\":\"{\\\"api_key\\\":7}\"}",
                "{\"SecretString\":\"{\\\"api_key\\\":\\\"a\\\",\\\"api_key\\\":\\\"b\\\"}\"}",
                "{\"SecretBinary\":\"YQ==\"}"
            })
    void whatIsNoSecretIsNone(String text) {
        server.says(text);

        assertThatThrownBy(() -> secret().read()).isInstanceOf(SecretUnavailable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "ä", "a\nb"})
    void otherNamesAndStagesAreNone(String text) {
        assertThat(AwsSecrets.isId(text)).isFalse();
        assertThat(AwsSecrets.isStage(text)).isFalse();
        assertThatThrownBy(() -> manager().secret(text, "", "AWSCURRENT")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> manager().secret(ID, "", text)).isInstanceOf(IllegalArgumentException.class);
        assertThat(AwsSecrets.isId("arn:aws:secretsmanager:eu-central-1:1:secret:a/b-AbCdEf"))
                .isTrue();
    }

    @Test
    void itPrintsWhereItIsAndNotWhatItIs() throws Exception {
        SecretSource secret = manager().secret(ID, "", "AWSPREVIOUS");
        secret.read();

        assertThat(secret).hasToString("secret of AWS gateway/openai stage AWSPREVIOUS");
    }
}
