package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.BedrockFrames.Frame;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events in the frames of Bedrock. Of Messages a {@code chunk} holds one in Base64, whose bytes are kept; of Converse a
 * frame is one, by the frame's name. An exception becomes Anthropic's {@code error} event, after which nothing comes. Frames
 * of other types are passed over, as AWS's clients do: new ones may come at any time.
 */
final class BedrockEvents implements EventSource {
    private static final Name BYTES = Name.of("bytes");
    private static final Name TYPE = Name.of("type");

    /** The type goes into a line of its own in the agent's stream, so it must not be able to begin another one. */
    private static final Pattern PLAIN_TYPE = Pattern.compile("[a-z_]{1,64}");

    private static final String NO_TYPE = "message";

    private final BedrockFrames frames;
    private final ModelApi api;
    private final int jsonDepthMax;
    private @Nullable BedrockFault fault;

    BedrockEvents(InputStream in, ModelApi api, int jsonDepthMax) {
        this.frames = new BedrockFrames(in);
        this.api = api;
        this.jsonDepthMax = jsonDepthMax;
    }

    /** The exception with which the stream ended, if it did. */
    Optional<BedrockFault> fault() {
        return Optional.ofNullable(fault);
    }

    @Override
    public @Nullable Event next() throws IOException {
        while (fault == null) {
            Frame frame = frames.next();
            if (frame == null) {
                return null;
            }
            Event event = event(frame);
            if (event != null) {
                return event;
            }
        }
        return null;
    }

    private @Nullable Event event(Frame frame) throws HttpFault {
        return switch (frame.kind()) {
            case "event" -> api == ModelApi.CONVERSE ? named(frame) : chunk(frame);
            case "exception" -> failed(frame.name(), BedrockFault.sentence(frame.payload(), jsonDepthMax));
            case "error" -> failed(frame.name(), frame.message());
            default -> throw malformed("a frame of no known kind");
        };
    }

    /** Names that are not known count as a fault of the provider. */
    private Event failed(String name, String message) {
        BedrockFault said = BedrockFault.of(name, 500, message);
        fault = said;
        return new Event("error", said.json());
    }

    private @Nullable Event named(Frame frame) {
        return api.isEvent(frame.name()) ? new Event(frame.name(), frame.payload()) : null;
    }

    /** Servers that stand in for Bedrock also send the event as it is, in the place of the chunk around it. */
    private @Nullable Event chunk(Frame frame) throws HttpFault {
        if (!frame.name().equals("chunk")) {
            return null;
        }
        JsonDocument chunk = parsed(frame.payload());
        int bytes = chunk.at(BYTES);
        if (chunk.is(bytes, Kind.STRING)) {
            return event(parsed(decoded(chunk.string(bytes))));
        }
        if (bytes == JsonDocument.NONE && chunk.is(chunk.at(TYPE), Kind.STRING)) {
            return event(chunk);
        }
        throw malformed("a chunk without an event");
    }

    private static Event event(JsonDocument event) {
        int type = event.at(TYPE);
        String said = event.is(type, Kind.STRING) ? event.string(type) : "";
        return new Event(PLAIN_TYPE.matcher(said).matches() ? said : NO_TYPE, oneLined(event.bytes()));
    }

    private static byte[] decoded(String base64) throws HttpFault {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException not) {
            throw malformed("a chunk that is no Base64");
        }
    }

    /** A carriage return in JSON is a blank between two tokens, and in an event stream the end of a line. */
    private static byte[] oneLined(byte[] json) {
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\r') {
                json[i] = ' ';
            }
        }
        return json;
    }

    private JsonDocument parsed(byte[] json) throws HttpFault {
        try {
            return StrictJson.parse(json, JsonLimits.forReplies(BedrockFrames.FRAME_BYTES_MAX, jsonDepthMax));
        } catch (JsonRefused refused) {
            throw malformed("a frame whose content is no JSON: " + refused.getMessage());
        }
    }

    private static HttpFault malformed(String message) {
        return new HttpFault(HttpFault.Kind.MALFORMED, true, message, null);
    }
}
