package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over channels a message is read before it is known what it answers: its depth is judged by who waits for it. */
class ReplyDepthTest {
    private static final JsonLimits LIMITS = JsonLimits.forReplies(1 << 20, 1 << 20);

    private static JsonDocument read(String json) throws Exception {
        return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), LIMITS);
    }

    private static Envelope message(String member, int levels) throws Exception {
        return Envelope.read(
                read("{\"jsonrpc\":\"2.0\"," + member + ":{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + "}}"));
    }

    @Test
    void aReplyIsTakenUpToItsDepthAndNoDeeper() throws Exception {
        PendingCall fits = new PendingCall(1 << 20, 10);
        PendingCall deeper = new PendingCall(1 << 20, 10);

        assertThat(fits.answer(message("\"id\":1,\"result\"", 8))).isTrue();
        assertThat(deeper.answer(message("\"id\":1,\"result\"", 9))).isTrue();

        assertThat(fits.answered()).get().isInstanceOf(UpstreamReply.Answered.class);
        assertThat(deeper.answered()).isEqualTo(Optional.of(new UpstreamReply.Malformed("nesting deeper than 10")));
    }

    @Test
    void aNotificationThatIsTooDeepIsDropped() throws Exception {
        PendingCall call = new PendingCall(1 << 20, 10);

        assertThat(call.offer(message("\"method\":\"notifications/progress\",\"params\"", 9)))
                .isFalse();
        assertThat(call.offer(message("\"method\":\"notifications/progress\",\"params\"", 8)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1|0", "\"[[\"|0", "{}|1", "[[],[[]],{}]|3", "{\"a\":{\"b\":[1]},\"c\":{}}|3", "[1,[2],3,[[4]]]|3"
            })
    void depthIsCountedForTheWholeAndForAPart(String json, int depth) throws Exception {
        JsonDocument inside = read("[" + json + "]");

        assertThat(read(json).depth()).isEqualTo(depth);
        assertThat(read(json).depth(JsonDocument.ROOT)).isEqualTo(depth);
        assertThat(inside.depth(inside.first(JsonDocument.ROOT))).isEqualTo(depth);
    }

    @Test
    void depthTakesNoStack() throws Exception {
        JsonDocument bottomless = read("[".repeat(200_000) + "]".repeat(200_000));

        assertThat(bottomless.depth(JsonDocument.ROOT)).isEqualTo(200_000);
    }
}
