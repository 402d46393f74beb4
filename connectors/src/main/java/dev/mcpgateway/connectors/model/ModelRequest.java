package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;

/**
 * What an agent asks: the bytes as they came and the few fields that are read. Everything else is the provider's to
 * understand or to refuse.
 *
 * @param api what is asked for, and in which protocol
 * @param body the request
 * @param model what {@code model} names, or the path
 * @param streamed whether {@code stream} asks for events, or the path
 */
public record ModelRequest(ModelApi api, JsonDocument body, String model, boolean streamed) {
    static final Name MODEL = Name.of("model");
    private static final Name STREAM = Name.of("stream");

    /**
     * Reads a request.
     *
     * @throws BadModelRequest if it is no object, names no model, or {@code stream} is no boolean
     */
    public static ModelRequest read(ModelApi api, JsonDocument body) throws BadModelRequest {
        if (!body.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw new BadModelRequest("the body must be a JSON object");
        }
        int model = body.at(MODEL);
        if (!body.is(model, Kind.STRING)) {
            throw new BadModelRequest("'model' must be a string");
        }
        return new ModelRequest(api, body, body.string(model), streamed(api, body));
    }

    /**
     * Reads a request whose path says what is asked of which model, as Gemini's does.
     *
     * @throws BadModelRequest if it is no object
     */
    public static ModelRequest ofPath(ModelApi api, JsonDocument body, String model, boolean streamed)
            throws BadModelRequest {
        if (!body.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw new BadModelRequest("the body must be a JSON object");
        }
        return new ModelRequest(api, body, model, streamed);
    }

    private static boolean streamed(ModelApi api, JsonDocument body) throws BadModelRequest {
        int stream = body.at(STREAM);
        if (stream == JsonDocument.NONE || body.is(stream, Kind.NULL) || body.is(stream, Kind.FALSE)) {
            return false;
        }
        if (!body.is(stream, Kind.TRUE)) {
            throw new BadModelRequest("'stream' must be true or false");
        }
        if (!api.streams()) {
            throw new BadModelRequest("there is no stream of this");
        }
        return true;
    }
}
