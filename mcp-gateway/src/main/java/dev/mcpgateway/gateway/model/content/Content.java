package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.connectors.wire.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is kept of one call, and the bytes of it that are sealed: a line of JSON, a line feed, the request, the answer.
 *
 * @param call the gateway's id of the call
 * @param tenant whose it is
 * @param alias the model as the agent named it
 * @param operation what was asked for, as in the audit log
 * @param at when it was handed in
 * @param answerForm how the answer is written
 * @param isComplete whether the answer came to its end
 * @param isCut whether there was more of the request or of the answer
 * @param request the request as it went on, after redactions
 * @param answer the answer as the agent got it, after redactions
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record Content(
        String call,
        String tenant,
        String alias,
        String operation,
        Instant at,
        AnswerForm answerForm,
        boolean isComplete,
        boolean isCut,
        byte[] request,
        byte[] answer) {
    /** How an answer is written. */
    public enum AnswerForm {
        /** There is none. */
        NONE,
        /** As one body. */
        WHOLE,
        /** As server-sent events. */
        EVENTS
    }

    /** The bytes of it. */
    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.length + answer.length + 512);
        bytes.writeBytes(text("{\"v\":1,\"call\":"));
        bytes.writeBytes(JsonText.quote(call));
        bytes.writeBytes(text(",\"tenant\":"));
        bytes.writeBytes(JsonText.quote(tenant));
        bytes.writeBytes(text(",\"alias\":"));
        bytes.writeBytes(JsonText.quote(alias));
        bytes.writeBytes(text(",\"operation\":"));
        bytes.writeBytes(JsonText.quote(operation));
        bytes.writeBytes(text(",\"at\":\"" + at + "\",\"form\":\"" + answerForm + "\",\"complete\":" + isComplete
                + ",\"cut\":" + isCut + ",\"request_bytes\":" + request.length + ",\"answer_bytes\":" + answer.length
                + "}\n"));
        bytes.writeBytes(request);
        bytes.writeBytes(answer);
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the bytes; empty if they are something else. */
    static Optional<Content> of(byte[] bytes) {
        int head = 0;
        while (head < bytes.length && bytes[head] != '\n') {
            head++;
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(bytes, 0, head);
            int request = json.path("request_bytes").asInt(-1);
            int answer = json.path("answer_bytes").asInt(-1);
            int from = head + 1;
            if (json.path("v").asInt(0) != 1
                    || request < 0
                    || answer < 0
                    || (long) from + request + answer != bytes.length) {
                return Optional.empty();
            }
            return Optional.of(new Content(
                    json.path("call").asString(""),
                    json.path("tenant").asString(""),
                    json.path("alias").asString(""),
                    json.path("operation").asString(""),
                    Instant.parse(json.path("at").asString("")),
                    AnswerForm.valueOf(json.path("form").asString("")),
                    json.path("complete").asBoolean(false),
                    json.path("cut").asBoolean(false),
                    Arrays.copyOfRange(bytes, from, from + request),
                    Arrays.copyOfRange(bytes, from + request, bytes.length)));
        } catch (JacksonException | DateTimeException | IllegalArgumentException other) {
            return Optional.empty();
        }
    }
}
