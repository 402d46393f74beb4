package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An upstream's result on its way to an agent of either era. */
class AgentMessageTest {
    private static final String SERVER = "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"gw\"}";

    private static Envelope read(String json) {
        try {
            return Envelope.read(
                    StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 20, 64)));
        } catch (JsonRefused | NotJsonRpc refused) {
            throw new AssertionError(json, refused);
        }
    }

    private static String result(String result, Era era) {
        return result(read("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":" + result + "}"), era, null);
    }

    private static String result(Envelope reply, Era era, @org.jspecify.annotations.Nullable Splice begun) {
        Splice splice = begun == null ? new Splice(reply.document()) : begun;
        byte[] serverInfo = "{\"name\":\"gw\"}".getBytes(StandardCharsets.UTF_8);
        String edited = new String(
                AgentMessage.result(
                                splice,
                                reply,
                                era,
                                "\"agent\"".getBytes(StandardCharsets.UTF_8),
                                serverInfo,
                                false,
                                false)
                        .toBytes(),
                StandardCharsets.UTF_8);
        read(edited);
        String head = "{\"jsonrpc\":\"2.0\",\"id\":\"agent\",\"result\":";
        assertThat(edited).startsWith(head);
        return edited.substring(head.length(), edited.length() - 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                               | {\"resultType\":\"complete\",\"_meta\":{SERVER}}",
                "{\"content\":[ 1.10 ]}           | {\"resultType\":\"complete\",\"_meta\":{SERVER},\"content\":[ 1.10 ]}",
                "{\"resultType\":\"complete\"}    | {\"_meta\":{SERVER},\"resultType\":\"complete\"}",
                "{\"_meta\":{\"k\":1.10}}         | {\"resultType\":\"complete\",\"_meta\":{SERVER,\"k\":1.10}}",
                "{\"_meta\":null,\"a\":1}         | {\"resultType\":\"complete\",\"_meta\":{SERVER},\"a\":1}",
                "{\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"up\"}}} | {\"resultType\":\"complete\",\"_meta\":{SERVER}}",
                "{\"ttlMs\":5,\"cacheScope\":\"public\"} | {\"resultType\":\"complete\",\"_meta\":{SERVER},\"ttlMs\":5,\"cacheScope\":\"public\"}"
            })
    void aModernAgentGetsTheMembersOfItsEra(String upstream, String agent) {
        assertThat(result(upstream, Era.MODERN)).isEqualTo(agent.replace("SERVER", SERVER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"content\":[ 1.10 ], \"x\":{}} | {\"content\":[ 1.10 ], \"x\":{}}",
                "{\"resultType\":\"complete\",\"content\":[],\"ttlMs\":5,\"cacheScope\":\"private\"} | {\"content\":[]}",
                "{\"resultType\":\"complete\"} | {}",
                "{\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{},\"k\":12345678901234567890}} | {\"_meta\":{\"k\":12345678901234567890}}",
                "{\"structuredContent\":{\"a\":1.10}} | {\"structuredContent\":{\"a\":1.10}}",
                "{\"structuredContent\":[1, 2]} | {\"structuredContent\":{\"result\":[1, 2]}}",
                "{\"structuredContent\":\"x\",\"resultType\":\"complete\"} | {\"structuredContent\":{\"result\":\"x\"}}",
                "{\"structuredContent\":null} | {\"structuredContent\":{\"result\":null}}"
            })
    void aLegacyAgentGetsNothingOfTheModernEra(String upstream, String agent) {
        assertThat(result(upstream, Era.LEGACY)).isEqualTo(agent);
    }

    @Test
    void redactionsMadeBeforeStayWhereTheyAre() {
        Envelope reply = read(
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"structuredContent\":[\"secret\",\"open\"],\"content\":[{\"text\":\"secret\"}]}}");
        JsonDocument document = reply.document();
        int structured = document.member(reply.result(), McpNames.STRUCTURED_CONTENT);
        int content = document.member(reply.result(), McpNames.CONTENT);
        byte[] black = "\"***\"".getBytes(StandardCharsets.UTF_8);
        Splice redacted = new Splice(document)
                .replace(document.first(structured), black)
                .replace(document.member(document.first(content), McpNames.TEXT), black);

        assertThat(result(reply, Era.LEGACY, redacted))
                .isEqualTo("{\"structuredContent\":{\"result\":[\"***\",\"open\"]},\"content\":[{\"text\":\"***\"}]}");
    }

    @Test
    void aRedactedWholeIsWrappedWhole() {
        Envelope reply = read("{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"structuredContent\":[\"secret\"]}}");
        int structured = reply.document().member(reply.result(), McpNames.STRUCTURED_CONTENT);
        Splice redacted = new Splice(reply.document()).replace(structured, "\"***\"".getBytes(StandardCharsets.UTF_8));

        assertThat(result(reply, Era.LEGACY, redacted)).isEqualTo("{\"structuredContent\":{\"result\":\"***\"}}");
    }
}
