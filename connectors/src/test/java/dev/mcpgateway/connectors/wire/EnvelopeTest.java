package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a JSON-RPC message of MCP, and what only looks like one. */
class EnvelopeTest {

    private static JsonDocument document(String json) {
        try {
            return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 20, 64));
        } catch (JsonRefused refused) {
            throw new AssertionError(json, refused);
        }
    }

    private static Envelope read(String json) throws NotJsonRpc {
        return Envelope.read(document(json));
    }

    private static NotJsonRpc refusal(String json) {
        NotJsonRpc refused = catchThrowableOfType(NotJsonRpc.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} | REQUEST",
                "{\"id\":\"a\",\"params\":{},\"method\":\"ping\",\"jsonrpc\":\"2.0\"} | REQUEST",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"} | NOTIFICATION",
                "{\"jsonrpc\":\"2.0\",\"id\":-7,\"result\":{}} | RESULT",
                "{\"jsonrpc\":\"2.0\",\"id\":12345678901234567890,\"result\":null} | RESULT",
                "{\"jsonrpc\":\"2.0\",\"id\":\"\",\"error\":{}} | ERROR",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}} | ERROR",
                "{\"jsonrpc\":\"2.0\",\"error\":{}} | ERROR",
                "{\"jsonrpc\":\"2\\u002e0\",\"id\":1,\"m\\u0065thod\":\"ping\"} | REQUEST",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\",\"unknown\":1} | REQUEST"
            })
    void aMessageIsRecognised(String json, Shape shape) throws NotJsonRpc {
        assertThat(read(json).shape()).isEqualTo(shape);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
                "1",
                "\"x\"",
                "null",
                "{}",
                "{\"jsonrpc\":\"2.0\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"id\":1,\"method\":\"x\"}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"x\"}",
                "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1e3,\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":null}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"error\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
                "{\"jsonrpc\":\"2.0\",\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"error\":{}}"
            })
    void anythingElseIsRefused(String json) {
        assertThat(refusal(json)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"Method\":\"x\"",
                "\"METHOD\":\"x\"",
                "\"Id\":2",
                "\"iD\":2",
                "\"Params\":{}",
                "\"PARAMS\":{}",
                "\"Result\":1",
                "\"Error\":1",
                "\"JSONRPC\":\"2.0\"",
                "\"\\u006dethoD\":1",
                "\"ｍethod\":1",
                "\"paramſ\":{}",
                "\"ıd\":2",
                "\"ＩＤ\":2"
            })
    void aMemberThatFoldsToAProtocolNameIsRefused(String member) {
        refusal("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"," + member + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Name",
                "NAME",
                "Uri",
                "Arguments",
                "ARGUMENTS",
                "Cursor",
                "_Meta",
                "_META",
                "RequestState",
                "requeststate",
                "InputResponses",
                "Protocolversion",
                "CAPABILITIES",
                "clientinfo",
                "ｎame"
            })
    void aMemberOfParamsThatFoldsToAProtocolNameIsRefused(String name) {
        refusal("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"" + name
                + "\":\"b\"}}");
    }

    @Test
    void argumentsMayHaveNamesOfAnyCase() throws NotJsonRpc {
        Envelope envelope = read(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{\"Name\":1,\"name\":2,\"Id\":3}}}");

        assertThat(envelope.document().size(envelope.param(McpNames.ARGUMENTS))).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void anIdIsBounded(int more, boolean accepted) throws NotJsonRpc {
        String id = "\"" + "i".repeat(Envelope.ID_BYTES_MAX - 2 + more) + "\"";
        String json = "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"x\"}";

        if (accepted) {
            assertThat(read(json).idBytes()).asString().isEqualTo(id);
        } else {
            refusal(json);
        }
    }

    @Test
    void aRefusalCarriesAUsableIdAndNoOther() {
        String message = "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":5}";

        assertThat(document(message.formatted("7"))
                        .raw(refusal(message.formatted("7")).id()))
                .isEqualTo("7");
        assertThat(refusal(message.formatted("7.5")).id()).isEqualTo(JsonDocument.NONE);
        assertThat(refusal("[]").id()).isEqualTo(JsonDocument.NONE);
    }

    @Test
    void partsAreFoundWhereTheyStand() throws NotJsonRpc {
        Envelope envelope = read(
                "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/call\",\"params\":{\"name\":\"t\",\"_meta\":{\"progressToken\":5}}}");

        assertThat(envelope.idBytes()).asString().isEqualTo("\"x\"");
        assertThat(envelope.method()).isEqualTo("tools/call");
        assertThat(envelope.document().string(envelope.param(McpNames.NAME))).isEqualTo("t");
        assertThat(envelope.document().raw(envelope.meta(McpNames.PROGRESS_TOKEN)))
                .isEqualTo("5");
        assertThat(envelope.result()).isEqualTo(JsonDocument.NONE);
        assertThat(envelope.param(McpNames.URI)).isEqualTo(JsonDocument.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "null", "[]", "\"x\""})
    void metadataThatIsNoObjectIsNone(String meta) throws NotJsonRpc {
        Envelope envelope = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"_meta\":" + meta + "}}");

        assertThat(envelope.meta()).isEqualTo(JsonDocument.NONE);
        assertThat(envelope.meta(McpNames.PROGRESS_TOKEN)).isEqualTo(JsonDocument.NONE);
    }
}
