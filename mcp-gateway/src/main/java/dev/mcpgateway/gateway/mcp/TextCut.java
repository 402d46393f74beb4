package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Splice;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Cuts a result that is too long: the head of its text, between code points, and a note that tells the model what
 * happened and what to do. Structured content and binary blocks are dropped, because half of them means nothing.
 */
final class TextCut {
    private static final Name TEXT_TYPE = Name.of("text");

    /** Room for the envelope and the note. */
    private static final int OVERHEAD_BYTES = 1024;

    private TextCut() {}

    /** The message with at most about {@code bytesMax} bytes. */
    static byte[] cut(Envelope message, int bytesMax) {
        JsonDocument document = message.document();
        int result = message.result();
        int content = document.member(result, McpNames.CONTENT);
        StringBuilder text = new StringBuilder();
        for (int block = first(document, content); block != JsonDocument.NONE; block = document.next(content, block)) {
            int string = document.member(block, McpNames.TEXT);
            if (document.stringEquals(document.member(block, McpNames.TYPE), TEXT_TYPE)
                    && document.is(string, Kind.STRING)) {
                text.append(text.isEmpty() ? "" : "\n").append(document.string(string));
            }
        }
        String head = head(text, Math.max(0, bytesMax - OVERHEAD_BYTES));
        String note = "[Cut by the gateway: the first " + head.length() + " of " + text.length()
                + " characters are shown; other content of the result was dropped. Ask for less, for example fewer rows"
                + " or a smaller range.]";
        return new Splice(document)
                .members(
                        result,
                        member -> member == content || document.isNamed(member, McpNames.STRUCTURED_CONTENT),
                        List.of(new Splice.Member(McpNames.CONTENT, blocks(head, note))))
                .toBytes();
    }

    private static int first(JsonDocument document, int content) {
        return document.is(content, Kind.ARRAY) ? document.first(content) : JsonDocument.NONE;
    }

    /** As many code points as fit into so many bytes of JSON. */
    private static String head(CharSequence text, int bytesMax) {
        int at = 0;
        int bytes = 0;
        while (at < text.length()) {
            int point = Character.codePointAt(text, at);
            bytes += point < 0x20 || point == 0x7F ? 6 : point < 0x80 ? 2 : point < 0x800 ? 2 : point < 0x10000 ? 6 : 4;
            if (bytes > bytesMax) {
                break;
            }
            at += Character.charCount(point);
        }
        return text.subSequence(0, at).toString();
    }

    private static byte[] blocks(String head, String note) {
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        blocks.writeBytes("[{\"type\":\"text\",\"text\":".getBytes(StandardCharsets.UTF_8));
        blocks.writeBytes(JsonText.quote(head));
        blocks.writeBytes("},{\"type\":\"text\",\"text\":".getBytes(StandardCharsets.UTF_8));
        blocks.writeBytes(JsonText.quote(note));
        blocks.writeBytes("}]".getBytes(StandardCharsets.UTF_8));
        return blocks.toByteArray();
    }
}
