package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures as AWS would check them. */
class AwsSignerTest {
    /** Those of AWS's published test suite for Signature Version 4. */
    private static final String ID = "AKIDEXAMPLE";

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final Instant THEN = Instant.parse("2015-08-30T12:36:00Z");
    private static final byte[] BODY = "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8);
    private static final List<HttpHeader> FIELDS =
            List.of(new HttpHeader("accept", "a/b, c/d"), new HttpHeader("content-type", "application/json"));

    private static SecretSource given(String value) {
        return new GivenSecret(Secret.of(value));
    }

    private static AwsSigner signer(String id, String secret, Optional<SecretSource> token) {
        return new AwsSigner(new AwsKeys("eu-central-1", given(id), given(secret), token), "bedrock", () -> THEN);
    }

    /** The request as it arrives. */
    private static RawRequest signed(AwsSigner signer, String url, byte[] body) throws CredentialUnavailable {
        HttpOrigin origin = HttpOrigin.of(URI.create(url));
        String target = HttpOrigin.target(URI.create(url));
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("Host", origin.authority()));
        FIELDS.forEach(field -> headers.add(Map.entry(field.name(), field.value())));
        signer.issue(new CredentialUse.Request(origin, "POST", target, FIELDS, body))
                .headers()
                .forEach(field -> headers.add(Map.entry(field.name(), field.value())));
        return new RawRequest("POST " + target + " HTTP/1.1", headers, body);
    }

    /** get-vanilla, post-vanilla and post-x-www-form-urlencoded of AWS's suite: who checks the rest is checked first. */
    @ParameterizedTest
    @CsvSource({
        "GET, '', '', 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "POST, '', '', 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "POST, application/x-www-form-urlencoded, Param1=value1, ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    })
    void theTestsOwnSignatureIsThatOfAwssSuite(String method, String type, String body, String signature) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        List<String> names = new ArrayList<>();
        if (!type.isEmpty()) {
            headers.add(Map.entry("Content-Type", type));
            names.add("content-type");
        }
        headers.add(Map.entry("Host", "example.amazonaws.com"));
        headers.add(Map.entry("X-Amz-Date", "20150830T123600Z"));
        names.addAll(List.of("host", "x-amz-date"));
        RawRequest request = new RawRequest(method + " / HTTP/1.1", headers, body.getBytes(StandardCharsets.US_ASCII));

        assertThat(AwsSignature.sign(request, names, "20150830/us-east-1/service/aws4_request", SECRET))
                .isEqualTo(signature);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://bedrock-runtime.eu-central-1.amazonaws.com/model/anthropic.claude-x-v1%3A0/invoke",
                "http://127.0.0.1:8080/front/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.x/invoke",
                "https://[2001:db8::1]:8443/model/a/invoke"
            })
    void aServerThatKnowsTheSecretAcceptsIt(String url) throws Exception {
        RawRequest request = signed(signer(ID, SECRET, Optional.empty()), url, BODY);
        AwsSignature signature = AwsSignature.of(request);

        assertThat(signature.isGood(request, SECRET)).isTrue();
        assertThat(signature.isGood(request, SECRET + "x")).isFalse();
        assertThat(signature.keyId()).isEqualTo(ID);
        assertThat(signature.scope()).isEqualTo("20150830/eu-central-1/bedrock/aws4_request");
        assertThat(request.header("x-amz-date")).contains("20150830T123600Z");
        assertThat(request.header("x-amz-security-token")).isEmpty();
    }

    @Test
    void whatIsSentIsSigned() throws Exception {
        RawRequest request = signed(signer(ID, SECRET, Optional.empty()), "https://a.example/model/b/invoke", BODY);
        AwsSignature signature = AwsSignature.of(request);

        assertThat(signature.headers()).contains("accept", "content-type", "host", "x-amz-date");
        assertThat(signature.isGood(
                        new RawRequest(request.line(), request.headers(), "{}".getBytes(StandardCharsets.UTF_8)),
                        SECRET))
                .isFalse();
        assertThat(signature.isGood(
                        new RawRequest("POST /model/other/invoke HTTP/1.1", request.headers(), BODY), SECRET))
                .isFalse();
    }

    @Test
    void aSessionTokenGoesAlongAndIsSigned() throws Exception {
        RawRequest request =
                signed(signer(ID, SECRET, Optional.of(given("token=="))), "https://a.example/model/b/invoke", BODY);

        assertThat(request.header("x-amz-security-token")).contains("token==");
        assertThat(AwsSignature.of(request).headers()).contains("x-amz-security-token");
        assertThat(AwsSignature.of(request).isGood(request, SECRET)).isTrue();
    }

    @Test
    void nothingIsIssuedThatWouldBeGoodForMoreThanOneRequest() {
        assertThatThrownBy(() -> signer(ID, SECRET, Optional.empty()).issue(new CredentialUse.Own()))
                .isInstanceOf(CredentialUnavailable.class)
                .hasMessageContaining("sign whole requests");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with blank", " x", "two\nlines", "ünicode", ""})
    void whatIsNoKeyIsNotUsed(String value) {
        AwsSigner asId = signer(value, SECRET, Optional.empty());
        AwsSigner asSecret = signer(ID, value, Optional.empty());
        AwsSigner asToken = signer(ID, SECRET, Optional.of(given(value)));

        for (AwsSigner each : List.of(asId, asSecret, asToken)) {
            assertThatThrownBy(() -> signed(each, "https://a.example/model/b/invoke", BODY))
                    .isInstanceOf(CredentialUnavailable.class)
                    .hasMessageNotContaining("ünicode");
        }
    }
}
