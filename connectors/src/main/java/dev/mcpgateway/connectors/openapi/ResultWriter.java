package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the result of a call from an HTTP answer: text as text, pictures and sound as such, anything else as a resource
 * within the result. JSON is passed on as it came, also as structured content where the tool promised it.
 */
final class ResultWriter {
    /** Most of an error's body that an agent is told. */
    private static final int ERROR_CHARS_MAX = 16 * 1024;

    /** Levels around structured content: the message and its result. */
    private static final int LEVELS_AROUND = 2;

    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([A-Za-z0-9._:-]{1,40})\"?");
    private static final Pattern MEDIA_TYPE = Pattern.compile("[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}");

    private final String alias;
    private final int depthMax;

    /**
     * A writer for one upstream.
     *
     * @param depthMax deepest nesting of a message
     */
    ResultWriter(String alias, int depthMax) {
        this.alias = alias;
        this.depthMax = depthMax;
    }

    /**
     * An answer as it came.
     *
     * @param contentType the field's value; empty when it has none
     * @param retryAfter the field's value; empty when it has none
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Answer(int status, String contentType, String retryAfter, byte[] body) {

        /** How long its body gets when it is written as a text or as Base64: up to six times what came. */
        long writtenBytes() {
            long written = 0;
            for (byte b : body) {
                written += b >= 0 && b < 0x20 ? 6 : b == '"' || b == '\\' ? 2 : 1;
            }
            return Math.max(written, body.length * 4L / 3);
        }

        boolean isError() {
            return status < 200 || status >= 300;
        }
    }

    /** The result of a call whose arguments no request can carry. Nothing was sent. */
    Envelope refused(Envelope request, String why) {
        return message(request, textBlock("Not sent: " + why + "."), new byte[0], true);
    }

    /** The result that an answer makes. */
    Envelope result(Envelope request, Operation operation, Answer answer) {
        if (answer.isError()) {
            return message(request, textBlock(error(answer)), new byte[0], true);
        }
        if (answer.body().length == 0) {
            return withoutPromise(request, operation, textBlock("HTTP " + answer.status() + ", no content"));
        }
        String essence = MediaTypes.essence(answer.contentType());
        if (MediaTypes.isJson(essence) && operation.structured()) {
            Optional<JsonDocument> json = object(answer.body());
            if (json.isPresent()) {
                return message(request, content(operation, answer, essence), answer.body(), false);
            }
        }
        return withoutPromise(request, operation, content(operation, answer, essence));
    }

    /** Clients take a result without the structured content that its tool promised for a fault of the protocol. */
    private static Envelope withoutPromise(Envelope request, Operation operation, byte[] block) {
        if (!operation.structured()) {
            return message(request, block, new byte[0], false);
        }
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        blocks.writeBytes(textBlock("The call succeeded, but not with the JSON object that was promised."));
        blocks.write(',');
        blocks.writeBytes(block);
        return message(request, blocks.toByteArray(), new byte[0], true);
    }

    private Optional<JsonDocument> object(byte[] body) {
        try {
            JsonDocument document =
                    StrictJson.parse(body, JsonLimits.forReplies(body.length, depthMax - LEVELS_AROUND));
            return document.is(JsonDocument.ROOT, Kind.OBJECT) ? Optional.of(document) : Optional.empty();
        } catch (JsonRefused refused) {
            return Optional.empty();
        }
    }

    private byte[] content(Operation operation, Answer answer, String essence) {
        boolean readable = MediaTypes.isJson(essence) || MediaTypes.isText(essence) || essence.isEmpty();
        Optional<String> text = readable ? text(answer) : Optional.empty();
        if (text.isPresent()) {
            return textBlock(text.get());
        }
        String type = MEDIA_TYPE.matcher(essence).matches() ? essence : "application/octet-stream";
        String base64 = Base64.getEncoder().encodeToString(answer.body());
        if (type.startsWith("image/") || type.startsWith("audio/")) {
            return ascii("{\"type\":\"" + type.substring(0, 5) + "\",\"mimeType\":\"" + type + "\",\"data\":\"" + base64
                    + "\"}");
        }
        return ascii("{\"type\":\"resource\",\"resource\":{\"uri\":\"openapi:" + alias + "/" + operation.tool()
                + "\",\"mimeType\":\"" + type + "\",\"blob\":\"" + base64 + "\"}}");
    }

    /** The body as text, if it is well-formed in the charset that it says, or in UTF-8. */
    private static Optional<String> text(Answer answer) {
        Matcher named = CHARSET.matcher(answer.contentType());
        String charset = named.find() ? named.group(1).toLowerCase(Locale.ROOT) : "utf-8";
        Charset known = switch (charset) {
            case "iso-8859-1", "latin1" -> StandardCharsets.ISO_8859_1;
            case "us-ascii", "utf-8", "utf8" -> StandardCharsets.UTF_8;
            case "utf-16" -> StandardCharsets.UTF_16;
            default -> null;
        };
        if (known == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    known.newDecoder().decode(ByteBuffer.wrap(answer.body())).toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    private static String error(Answer answer) {
        StringBuilder text = new StringBuilder("HTTP ").append(answer.status());
        if (answer.retryAfter().matches("[A-Za-z0-9 ,:]{1,40}")) {
            text.append(", retry after ").append(answer.retryAfter());
        }
        if (answer.status() >= 300 && answer.status() < 400) {
            return text.append(": redirects are not followed").toString();
        }
        String essence = MediaTypes.essence(answer.contentType());
        if (MediaTypes.isJson(essence) || MediaTypes.isText(essence)) {
            text(answer).ifPresent(body -> text.append('\n').append(Operations.cut(body, ERROR_CHARS_MAX)));
        }
        return text.toString();
    }

    private static byte[] textBlock(String text) {
        ByteArrayOutputStream block = new ByteArrayOutputStream(text.length() + 32);
        block.writeBytes(ascii("{\"type\":\"text\",\"text\":"));
        block.writeBytes(JsonText.quote(text));
        block.write('}');
        return block.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Envelope message(Envelope request, byte[] blocks, byte[] structured, boolean isError) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(blocks.length + structured.length + 200);
        out.writeBytes(ascii("{\"jsonrpc\":\"2.0\",\"id\":"));
        out.writeBytes(request.document().rawBytes(request.id()));
        out.writeBytes(ascii(",\"result\":{\"resultType\":\"complete\",\"content\":["));
        out.writeBytes(blocks);
        out.write(']');
        if (structured.length > 0) {
            out.writeBytes(ascii(",\"structuredContent\":"));
            out.writeBytes(structured);
        }
        out.writeBytes(ascii(isError ? ",\"isError\":true}}" : "}}"));
        byte[] json = out.toByteArray();
        try {
            // what was written here is read by the same rules as what others write
            return Envelope.read(StrictJson.parse(json, JsonLimits.forReplies(json.length, Description.DEPTH_MAX)));
        } catch (JsonRefused | NotJsonRpc impossible) {
            throw new IllegalStateException("a result of our own is malformed", impossible);
        }
    }
}
