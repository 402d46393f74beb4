package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.Locale;
import java.util.Set;

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

    /** Members that somebody here reads. */
    private static final Set<String> READ = Set.of(
            "model",
            "stream",
            "stream_options",
            "tools",
            "tool_choice",
            "functions",
            "mcp_servers",
            "web_search_options",
            "data_sources",
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "max_tool_calls",
            "modalities",
            "n",
            "logprobs",
            "top_logprobs",
            "include",
            "service_tier",
            "speed",
            "inference_geo",
            "temperature",
            "store",
            "background",
            "previous_response_id",
            "conversation",
            "prompt",
            "container",
            "messages",
            "system",
            "instructions",
            "input");

    private static final Name GENERATION_CONFIG = Name.of("generationConfig");
    private static final Name STREAM = Name.of("stream");

    /**
     * Reads a request.
     *
     * @throws BadModelRequest if it is no object, names no model, {@code stream} is no boolean, or it spells a member that is
     *     read here in other case
     */
    public static ModelRequest read(ModelApi api, JsonDocument body) throws BadModelRequest {
        if (!body.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw new BadModelRequest("the body must be a JSON object");
        }
        requireOneSpelling(body);
        int model = body.at(MODEL);
        if (!body.is(model, Kind.STRING)) {
            throw new BadModelRequest("'model' must be a string");
        }
        return new ModelRequest(api, body, body.string(model), streamed(api, body));
    }

    /**
     * Reads a request whose path says what is asked of which model, as Gemini's does.
     *
     * @throws BadModelRequest if it is no object, or spells members of {@code generationConfig} in the form that is not read here
     */
    public static ModelRequest ofPath(ModelApi api, JsonDocument body, String model, boolean streamed)
            throws BadModelRequest {
        if (!body.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw new BadModelRequest("the body must be a JSON object");
        }
        requireOneForm(body);
        return new ModelRequest(api, body, model, streamed);
    }

    /** Some servers read names without regard to case: they would take what nobody here has seen. */
    private static void requireOneSpelling(JsonDocument body) throws BadModelRequest {
        for (int each = body.first(JsonDocument.ROOT);
                each != JsonDocument.NONE;
                each = body.next(JsonDocument.ROOT, each)) {
            String name = body.name(each);
            String plain = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            if (!name.equals(plain) && READ.contains(plain)) {
                throw new BadModelRequest("'" + plain + "' must be written in lower case");
            }
        }
    }

    /** Google takes {@code maxOutputTokens} and {@code max_output_tokens}; bounds are kept of the first alone. */
    private static void requireOneForm(JsonDocument body) throws BadModelRequest {
        if (body.at(Name.of("generation_config")) != JsonDocument.NONE) {
            throw new BadModelRequest("write 'generationConfig', not 'generation_config'");
        }
        int config = body.at(GENERATION_CONFIG);
        if (body.is(config, Kind.OBJECT)) {
            for (int each = body.first(config); each != JsonDocument.NONE; each = body.next(config, each)) {
                if (body.name(each).indexOf('_') >= 0) {
                    throw new BadModelRequest("members of 'generationConfig' must be written like 'maxOutputTokens'");
                }
            }
        }
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
