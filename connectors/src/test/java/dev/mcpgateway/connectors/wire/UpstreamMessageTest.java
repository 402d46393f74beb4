package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.UpstreamMessage.Rewrite;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent's request on its way to an upstream of either era. */
class UpstreamMessageTest {
    private static final String MODERN_META =
            "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}";
    private static final String OUR_INFO = "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"gw\"}";

    private static Envelope read(String json) {
        try {
            return Envelope.read(
                    StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 20, 64)));
        } catch (JsonRefused | NotJsonRpc refused) {
            throw new AssertionError(json, refused);
        }
    }

    private static Rewrite rewrite(@Nullable String progress, @Nullable String traceparent) {
        return new Rewrite(
                bytes("42"),
                "own\"name",
                progress == null ? null : bytes(progress),
                traceparent,
                null,
                bytes("{\"name\":\"gw\"}"),
                ClientCapabilities.NONE,
                null,
                null,
                null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Params of an agent, and what becomes of them. */
    private static String params(String params, Revision revision) {
        String json = "{\"jsonrpc\":\"2.0\",\"id\":\"agent\",\"method\":\"tools/call\",\"params\":" + params + "}";
        String edited =
                new String(UpstreamMessage.request(read(json), revision, rewrite(null, null)), StandardCharsets.UTF_8);
        read(edited);
        assertThat(edited).startsWith("{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":\"tools/call\",\"params\":");
        return edited.substring(
                "{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":\"tools/call\",\"params\":".length(), edited.length() - 1);
    }

    @Test
    void aLegacyRequestToALegacyUpstreamChangesOnlyIdAndName() {
        String rest =
                ", \"arguments\" : { \"n\":12345678901234567890 ,\"f\":1.10,\"s\":\"\\u00e9\" },\"task\":{\"x\":[]}}";

        assertThat(params("{\"name\":\"crm__x\"" + rest, Revision.V2025_11_25))
                .isEqualTo("{\"name\":\"own\\\"name\"" + rest);
    }

    @Test
    void aLegacyRequestToAModernUpstreamGetsItsMetadata() {
        assertThat(params("{\"name\":\"x\"}", Revision.V2026_07_28))
                .isEqualTo("{\"_meta\":{" + MODERN_META + "," + OUR_INFO + "},\"name\":\"own\\\"name\"}");
        assertThat(params("{\"name\":\"x\",\"_meta\":{}}", Revision.V2026_07_28))
                .isEqualTo("{\"name\":\"own\\\"name\",\"_meta\":{" + MODERN_META + "," + OUR_INFO + "}}");
    }

    @Test
    void aModernRequestToAModernUpstreamKeepsItsUnknownMetadataAndDeclaresNothing() {
        String agent = "{\"name\":\"x\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\","
                + "\"com.example/k\":1.10,\"io.modelcontextprotocol/clientInfo\":{\"name\":\"a\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{}},\"io.modelcontextprotocol/logLevel\":\"info\"}}";

        assertThat(params(agent, Revision.V2026_07_28))
                .isEqualTo("{\"name\":\"own\\\"name\",\"_meta\":{" + MODERN_META
                        + ",\"com.example/k\":1.10,\"io.modelcontextprotocol/clientInfo\":{\"name\":\"a\"}}}");
    }

    @Test
    void aModernRequestToALegacyUpstreamLosesTheMetadataOfItsEra() {
        String agent = "{\"name\":\"x\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"com.example/k\":1.10,\"io.modelcontextprotocol/clientInfo\":{\"name\":\"a\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}";

        assertThat(params(agent, Revision.V2025_11_25))
                .isEqualTo("{\"name\":\"own\\\"name\",\"_meta\":{\"com.example/k\":1.10}}");
    }

    @ParameterizedTest
    @EnumSource(Revision.class)
    void whatLooksLikeACredentialOrIdentityIsDropped(Revision revision) {
        for (String key : new String[] {
            "Authorization",
            "authorization",
            "X-Authorization",
            "cookie",
            "Set-Cookie",
            "accessToken",
            "com.example/token",
            "apiKey",
            "api-key",
            "api_key",
            "clientSecret",
            "PASSWORD",
            "credentials",
            "a\\u0075thorization",
            "X-Forwarded-User",
            "x_user_id",
            "io.modelcontextprotocol/user-id",
            "com.example/e-mail",
            "on-behalf-of",
            "ｕｓｅｒｎａｍｅ",
            "Session-Id",
            "jwt-assertion"
        }) {
            String edited = params(
                    "{\"name\":\"x\",\"_meta\":{\"" + key
                            + "\":\"s3cret\",\"keep\":1,\"traceparent\":\"forged\",\"tracestate\":\"forged\",\"baggage\":\"forged\"}}",
                    revision);

            assertThat(edited)
                    .as(key)
                    .doesNotContain("s3cret")
                    .doesNotContain("forged")
                    .contains("\"keep\":1");
        }
    }

    @ParameterizedTest
    @CsvSource({"V2025_11_25", "V2026_07_28"})
    void ourOwnTokenAndTraceReplaceTheAgents(Revision revision) {
        Envelope agent = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\","
                + "\"_meta\":{\"progressToken\":\"agent\",\"traceparent\":\"agent\"}}}");

        String edited =
                new String(UpstreamMessage.request(agent, revision, rewrite("42", "00-our")), StandardCharsets.UTF_8);

        assertThat(edited)
                .contains("\"progressToken\":42")
                .contains("\"traceparent\":\"00-our\"")
                .doesNotContain("agent\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "5", "[]", "\"x\""})
    void metadataThatIsNoObjectIsReplacedAndNotDoubled(String meta) {
        assertThat(params("{\"_meta\":" + meta + ",\"name\":\"x\"}", Revision.V2026_07_28))
                .isEqualTo("{\"_meta\":{" + MODERN_META + "," + OUR_INFO + "},\"name\":\"own\\\"name\"}");
    }
}
