package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.Splice.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * A request as Bedrock gets it. Of one of Messages {@code model} and {@code stream} go from the body into the path; the
 * version and the betas, which are header fields at Anthropic, go into the body; every other byte stays. A count of tokens
 * carries such a body in Base64. One of Converse has neither model nor stream, and goes as it is.
 *
 * @param path where it goes, below the base URL
 * @param body the bytes to send
 */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
record BedrockRequest(String path, byte[] body) {
    private static final String INVOKE = "invoke";
    private static final Name STREAM = Name.of("stream");
    private static final Name MAX_TOKENS = Name.of("max_tokens");
    private static final Name VERSION = Name.of("anthropic_version");
    private static final Name BETA = Name.of("anthropic_beta");
    private static final byte[] VERSION_VALUE = JsonText.quote("bedrock-2023-05-31");

    /** Bedrock counts only what could be sent to the model; the number itself counts for nothing. */
    private static final byte[] ANY_MAX_TOKENS = {'1'};

    /** Whether the agent wrote members that are set here: with them it could ask for betas that are not allowed. */
    static boolean isBedrocksOwn(JsonDocument body) {
        return body.at(VERSION) != JsonDocument.NONE || body.at(BETA) != JsonDocument.NONE;
    }

    static BedrockRequest of(ModelRequest request, String target, List<String> betas) {
        if (request.api() == ModelApi.CONVERSE) {
            return new BedrockRequest(
                    path(target, request.streamed() ? "converse-stream" : "converse"),
                    request.body().bytes());
        }
        boolean counts = request.api() == ModelApi.COUNT_TOKENS;
        byte[] body = body(request.body(), betas, counts);
        String operation = counts ? "count-tokens" : request.streamed() ? "invoke-with-response-stream" : INVOKE;
        return new BedrockRequest(path(target, operation), counts ? wrapped(body) : body);
    }

    /** Where a model is asked for a whole answer, below the base URL. */
    static String invoke(String model) {
        return path(model, INVOKE);
    }

    private static String path(String model, String operation) {
        return "/model/" + SdkHttpUtils.urlEncode(model) + "/" + operation;
    }

    private static byte[] body(JsonDocument body, List<String> betas, boolean counts) {
        List<Member> added = new ArrayList<>();
        added.add(new Member(VERSION, VERSION_VALUE));
        if (!betas.isEmpty()) {
            added.add(new Member(BETA, array(betas)));
        }
        if (counts && body.at(MAX_TOKENS) == JsonDocument.NONE) {
            added.add(new Member(MAX_TOKENS, ANY_MAX_TOKENS));
        }
        return new Splice(body)
                .members(
                        JsonDocument.ROOT,
                        value -> body.isNamed(value, ModelRequest.MODEL) || body.isNamed(value, STREAM),
                        added)
                .toBytes();
    }

    private static byte[] array(List<String> texts) {
        return texts.stream()
                .map(text -> new String(JsonText.quote(text), StandardCharsets.UTF_8))
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] wrapped(byte[] body) {
        return ("{\"input\":{\"invokeModel\":{\"body\":\"" + Base64.getEncoder().encodeToString(body) + "\"}}}")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
