package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonRefused.Reason;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.Optional;

/**
 * Reads what a provider says of an answer, also where the answer is JSON that is not let through. What a model writes can be
 * nested as deeply as an agent asks for, and it is billed: that is no sign of a provider in trouble, and nothing to ask for
 * once more.
 */
final class WholeAnswer {
    /** Deeper than any answer is nested on purpose, and still little memory. */
    private static final int DEPTH_MAX = 10_000;

    private WholeAnswer() {}

    /** An answer of which {@code reader} reads the facts. */
    static ModelReply of(byte[] body, AnswerReader reader, ProviderSettings settings, String requestId) {
        try {
            JsonDocument answer =
                    StrictJson.parse(body, JsonLimits.forReplies(settings.replyBytesMax(), settings.jsonDepthMax()));
            reader.whole(answer);
            return AnswerReader.isError(answer)
                    ? erred(body, reader, requestId)
                    : new ModelReply.Whole(body, requestId, reader.facts());
        } catch (JsonRefused refused) {
            deeper(refused, body).ifPresent(reader::whole);
            return new ModelReply.Failed(new ModelFailure(
                    cause(refused),
                    0,
                    new byte[0],
                    0,
                    requestId,
                    String.valueOf(refused.getMessage()),
                    reader.facts()));
        }
    }

    /** An error with the status of an answer is treated like one that is the first event of a stream. */
    private static ModelReply erred(byte[] body, AnswerReader reader, String requestId) {
        ModelFailure said = ModelFailure.saidIn(body, "an error in the place of an answer");
        return new ModelReply.Failed(new ModelFailure(
                said.cause(), said.status(), said.body(), 0, requestId, said.detail(), reader.facts()));
    }

    /** What is JSON after all is no fault of who sends it. */
    static Cause cause(JsonRefused refused) {
        return switch (refused.reason()) {
            case NOT_UTF8, NOT_JSON -> Cause.MALFORMED;
            case DUPLICATE_NAME, AMBIGUOUS_TEXT, OVER_LIMIT -> Cause.UNREADABLE;
        };
    }

    /** The same once more for its facts alone; empty where there is nothing to be read. */
    static Optional<JsonDocument> deeper(JsonRefused refused, byte[] body) {
        if (refused.reason() != Reason.OVER_LIMIT) {
            return Optional.empty();
        }
        int most = Math.max(1, body.length);
        try {
            return Optional.of(StrictJson.parse(body, new JsonLimits(most, DEPTH_MAX, most, most, most, true)));
        } catch (JsonRefused stillRefused) {
            return Optional.empty();
        }
    }
}
