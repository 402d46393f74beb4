package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that two readers could take for two things, or that cost more than they weigh, through the whole gateway. */
class JsonTrapTest {
    /** Generous for a loaded machine; a trap that works costs seconds. */
    private static final Duration QUICK = Duration.ofMillis(50);

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;
    private static TestAgent agent;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder).upstream("crm", crm).start();
        agent = gateway.agent();
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < 100; i++) {
                client.exchange(agent.calling("crm__echo", "{\"a\":[1,2,{\"b\":\"text\"}]}"));
                client.exchange(agent.calling("crm__echo", "{").body("{\"a\":\"\\ud800\"}"));
            }
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    @SuppressWarnings("ArrayRecordComponent") // sent, never compared
    record Trap(String what, int code, byte[] body) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Trap whole(String what, int code, String body) {
        return new Trap(what, code, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A good call but for one value in its arguments. */
    private static Trap inside(String what, int code, String value) {
        return whole(what, code, good().replace("VALUE", value));
    }

    private static String good() {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"crm__echo\",\"arguments\":{\"a\":VALUE},"
                + TestAgent.META + "}}";
    }

    private static Trap bytes(String what, String hex) {
        String[] around = good().split("VALUE", -1);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes((around[0] + '"').getBytes(StandardCharsets.UTF_8));
        body.writeBytes(HexFormat.of().parseHex(hex));
        body.writeBytes(('"' + around[1]).getBytes(StandardCharsets.UTF_8));
        return new Trap(what, -32700, body.toByteArray());
    }

    static Stream<Trap> traps() {
        String call = good().replace("VALUE", "1");
        return Stream.of(
                whole(
                        "the same member twice: method",
                        -32700,
                        call.replace("\"id\"", "\"method\":\"tools/list\",\"id\"")),
                whole("the same member twice: id", -32700, call.replace("\"id\"", "\"id\":2,\"id\"")),
                whole(
                        "the same member twice: name",
                        -32700,
                        call.replace("\"arguments\"", "\"name\":\"crm__other\",\"arguments\"")),
                whole(
                        "the same member twice, once escaped",
                        -32700,
                        call.replace("\"arguments\"", "\"n\\u0061me\":\"crm__other\",\"arguments\"")),
                inside("the same member twice, deep inside", -32700, "{\"x\":{\"y\":1,\"y\":2}}"),
                whole("a member in another case", -32600, call.replace("\"method\"", "\"Method\"")),
                whole(
                        "a second member in another case",
                        -32600,
                        call.replace("\"arguments\"", "\"Name\":\"crm__other\",\"arguments\"")),
                whole(
                        "a member in full-width letters",
                        -32600,
                        call.replace("\"arguments\"", "\"ｎａｍｅ\":\"crm__other\",\"arguments\"")),
                whole("something after the end", -32700, call + "{}"),
                whole("two bodies on two lines", -32700, call + "\n" + call),
                whole("nothing", -32700, ""),
                whole("blanks", -32700, "   "),
                whole("a byte order mark", -32700, "\ufeff" + call),
                whole("a bare text", -32600, "\"tools/call\""),
                whole("a bare number", -32600, "17"),
                whole("a comment", -32700, call.replace("{\"jsonrpc\"", "{/*x*/\"jsonrpc\"")),
                whole("single quotes", -32700, call.replace('"', '\'')),
                whole("a comma too many", -32700, call.replace("}}}", "},}}")),
                inside("a number that is none", -32700, "NaN"),
                inside("infinity", -32700, "-Infinity"),
                inside("a hexadecimal number", -32700, "0x10"),
                inside("a leading zero", -32700, "010"),
                inside("a plus", -32700, "+1"),
                inside("a number of a thousand digits", -32700, "1".repeat(1000)),
                inside("an exponent of a thousand digits", -32700, "1e" + "9".repeat(1000)),
                inside("a fraction of a million digits", -32700, "0." + "1".repeat(1_000_000)),
                inside("100,000 brackets", -32700, "[".repeat(100_000)),
                inside("100,000 closed brackets", -32700, "[".repeat(100_000) + "]".repeat(100_000)),
                inside("100,000 objects", -32700, "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)),
                inside("200,000 values", -32700, "[" + "0,".repeat(200_000) + "0]"),
                inside("200,000 empty lists", -32700, "[" + "[],".repeat(200_000) + "0]"),
                inside("a name of 10,000 characters", -32700, "{\"" + "n".repeat(10_000) + "\":1}"),
                inside("half a pair of surrogates", -32700, "\"\\ud800\""),
                inside("the other half", -32700, "\"\\udc00\""),
                inside("a pair in the wrong order", -32700, "\"\\udc00\\ud800\""),
                inside("an unknown escape", -32700, "\"\\x41\""),
                inside("a cut escape", -32700, "\"\\u00\""),
                inside("a raw line break in a text", -32700, "\"a\nb\""),
                inside("a raw NUL in a text", -32700, "\"a\u0000b\""),
                inside("NUL in a member's name", -32700, "{\"a\\u0000\":1}"),
                bytes("overlong slash", "c0af"),
                bytes("overlong NUL", "c080"),
                bytes("overlong in three bytes", "e080af"),
                bytes("a surrogate in UTF-8", "eda080"),
                bytes("beyond Unicode", "f4908080"),
                bytes("a lone continuation", "80"),
                bytes("a cut sequence", "e282"),
                bytes("Latin-1", "fc"),
                new Trap("UTF-16", -32700, call.getBytes(StandardCharsets.UTF_16LE)),
                new Trap("UTF-32", -32700, call.getBytes(Charset.forName("UTF-32BE"))));
    }

    @ParameterizedTest
    @MethodSource("traps")
    void aTrapIsRefusedAndReachesNobody(Trap trap) {
        WireAnswer answer = agent.send(agent.calling("crm__echo", "{}").body(trap.body()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(trap.code());
        assertThat(answer.text()).as("no echo").hasSizeLessThan(400).doesNotContain("crm__other");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("traps")
    void aTrapCostsNoMoreThanItWeighs(Trap trap) throws Exception {
        byte[] request = agent.calling("crm__echo", "{}").body(trap.body()).bytes();
        long best = Long.MAX_VALUE;
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < 50 && best > QUICK.toNanos(); i++) {
                long begin = System.nanoTime();
                client.send(request);
                client.read();
                best = Math.min(best, System.nanoTime() - begin);
            }
        }

        assertThat(Duration.ofNanos(best)).isLessThan(QUICK);
    }

    @Test
    void whatOnlyLooksLikeATrapPasses() {
        for (String value : new String[] {
            "12345678901234567890",
            "1.10",
            "-0.0",
            "1e300",
            "\"\\ud83d\\ude00\"",
            "\"\\u0000\"",
            "\"\u2028\"",
            "[[[[[[[[]]]]]]]]",
            "{\"\":1}",
            "{\"a\":1,\"A\":2}"
        }) {
            WireAnswer answer = agent.send(agent.calling("crm__echo", "{\"a\":" + value + "}"));

            assertThat(answer.firstText()).as(value).isEqualTo("hello");
            assertThat(crm.requests("tools/call").getLast().text())
                    .as("bytes are kept")
                    .contains("\"arguments\":{\"a\":" + value + "}");
        }
    }

    @Test
    void depthIsCountedToTheLevel() {
        // the message, params and arguments are three levels themselves
        String fits = "[".repeat(61) + "]".repeat(61);
        String deeper = "[".repeat(62) + "]".repeat(62);

        assertThat(agent.call("crm__echo", "{\"a\":" + fits + "}").errorCode()).isZero();
        assertThat(agent.call("crm__echo", "{\"a\":" + deeper + "}").errorCode())
                .isEqualTo(-32700);
    }

    @Test
    void theReasonIsSaidWithoutTheValue() {
        WireAnswer answer = agent.call("crm__echo", "{\"secret-name\":1,\"secret-name\":2}");

        assertThat(answer.at("/error/message")).startsWith("Parse error: ").doesNotContain("secret-name");
    }
}
