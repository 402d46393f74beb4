package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams for changes stay open: what a server may send on them has a bound all the same. */
class StreamFloodTest {
    private static final String COMMENT = ":" + "c".repeat(1022) + "\n";
    private static final String CHANGE =
            "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{}}\n\n";

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @CsvSource({
        "MODERN, subscriptions/listen, false",
        "MODERN, subscriptions/listen, true",
        "LEGACY, GET, false",
        "LEGACY, GET, true"
    })
    void aFloodIsCutOffAndHarmsNoCall(Speaks speaks, String method, boolean changes) throws Exception {
        AtomicLong sent = new AtomicLong();
        AtomicInteger cutOff = new AtomicInteger();
        FakeMcpServer server = bench.with(FakeMcpServer.start(speaks)).tool("echo", ToolScript.text("hi"));
        server.method(method, turn -> {
            try {
                flood(turn, (changes ? CHANGE : COMMENT).repeat(64), sent);
            } finally {
                cutOff.incrementAndGet();
            }
        });
        HttpUpstream upstream = bench.upstream(server.url(), EraSetting.AUTO);

        upstream.offer();

        Await.until("the stream is open", () -> sent.get() > 0);
        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(UpstreamReply.Answered.class);
        Await.until("the stream is cut off", () -> cutOff.get() > 0);
        assertThat(sent.get()).isLessThan(2L * 16 * 1024 * 1024 + (12 << 20));
        assertThat(bench.call(upstream, Bench.call("echo"))).isInstanceOf(UpstreamReply.Answered.class);
        assertThat(upstream.status().health()).isEqualTo(UpstreamStatus.Health.UP);
    }

    private static void flood(ToolTurn turn, String text, AtomicLong sent) throws Exception {
        turn.openEvents();
        for (int total = 0; total < 200_000_000; total += text.length()) {
            turn.chunk(text);
            sent.addAndGet(text.length());
        }
    }
}
