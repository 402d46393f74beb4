package dev.mcpgateway.gateway.model.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text and the form of its answer, as they are sealed together.
 *
 * @param answer in the form of {@link AnswerForm}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TextAndAnswer(String text, byte[] answer) {
    byte[] form() {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length + answer.length)
                .putInt(bytes.length)
                .put(bytes)
                .put(answer)
                .array();
    }

    static TextAndAnswer read(byte[] form) {
        int end = Integer.BYTES + ByteBuffer.wrap(form).getInt();
        return new TextAndAnswer(
                new String(form, Integer.BYTES, end - Integer.BYTES, StandardCharsets.UTF_8),
                Arrays.copyOfRange(form, end, form.length));
    }
}
