package dev.mcpgateway.gateway.telemetry;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.List;

/**
 * What a request asks for beside its content, as far as the conventions have a name for it: numbers, and words of the
 * protocols. Stop sequences and ids of conversations are left out, since they are the agent's own text.
 */
final class AskedSettings {
    private static final Name GENERATION_CONFIG = Name.of("generationConfig");
    private static final Name[] MAX_TOKENS =
            names("max_completion_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens");
    private static final Name[] TEMPERATURE = names("temperature");
    private static final Name[] TOP_P = names("top_p", "topP");
    private static final Name[] TOP_K = names("top_k", "topK");
    private static final Name[] FREQUENCY_PENALTY = names("frequency_penalty", "frequencyPenalty");
    private static final Name[] PRESENCE_PENALTY = names("presence_penalty", "presencePenalty");
    private static final Name[] SEED = names("seed");
    private static final Name[] CHOICES = names("n", "candidateCount");
    private static final Name DIMENSIONS = Name.of("dimensions");
    private static final Name ENCODING = Name.of("encoding_format");
    private static final List<String> ENCODINGS = List.of("float", "base64");
    private static final Name TYPE = Name.of("type");
    private static final Name[] CHAT_FORMAT = {Name.of("response_format"), TYPE};
    private static final Name[] RESPONSES_FORMAT = {Name.of("text"), Name.of("format"), TYPE};
    private static final Name[] MESSAGES_FORMAT = {Name.of("output_config"), Name.of("format"), TYPE};
    private static final Name MIME_TYPE = Name.of("responseMimeType");

    private final JsonDocument body;
    private final int settings;
    private final Span span;

    private AskedSettings(JsonDocument body, int settings, Span span) {
        this.body = body;
        this.settings = settings;
        this.span = span;
    }

    /** Puts it on the span. What is none of the protocol's numbers or words is left out. */
    static void put(ModelRequest request, Span span) {
        boolean isGoogles = request.api() == ModelApi.GENERATE_CONTENT;
        JsonDocument body = request.body();
        AskedSettings asked = new AskedSettings(body, isGoogles ? body.at(GENERATION_CONFIG) : JsonDocument.ROOT, span);
        if (request.api() == ModelApi.EMBEDDINGS) {
            asked.count(GenAi.DIMENSIONS, DIMENSIONS);
            asked.encoding();
            return;
        }
        asked.count(GenAi.MAX_TOKENS, MAX_TOKENS);
        asked.number(GenAi.TEMPERATURE, TEMPERATURE);
        asked.number(GenAi.TOP_P, TOP_P);
        asked.count(GenAi.TOP_K, TOP_K);
        asked.number(GenAi.FREQUENCY_PENALTY, FREQUENCY_PENALTY);
        asked.number(GenAi.PRESENCE_PENALTY, PRESENCE_PENALTY);
        asked.count(GenAi.SEED, SEED);
        if (asked.first(CHOICES) != JsonDocument.NONE && !asked.isOne(asked.first(CHOICES))) {
            asked.count(GenAi.CHOICE_COUNT, CHOICES);
        }
        asked.output(request.api());
    }

    private static Name[] names(String... names) {
        Name[] all = new Name[names.length];
        for (int i = 0; i < names.length; i++) {
            all[i] = Name.of(names[i]);
        }
        return all;
    }

    /** The number that one of these members has; protocols call the same thing by several names. */
    private int first(Name... names) {
        for (Name name : names) {
            int value = body.member(settings, name);
            if (body.is(value, Kind.NUMBER)) {
                return value;
            }
        }
        return JsonDocument.NONE;
    }

    private boolean isOne(int value) {
        return body.raw(value).equals("1");
    }

    private void count(AttributeKey<Long> key, Name... names) {
        int value = first(names);
        if (value != JsonDocument.NONE && body.raw(value).matches("-?[0-9]{1,18}")) {
            span.setAttribute(key, Long.parseLong(body.raw(value)));
        }
    }

    private void number(AttributeKey<Double> key, Name... names) {
        int value = first(names);
        if (value != JsonDocument.NONE) {
            span.setAttribute(key, Double.parseDouble(body.raw(value)));
        }
    }

    private void encoding() {
        int value = body.at(ENCODING);
        if (body.is(value, Kind.STRING) && ENCODINGS.contains(body.string(value))) {
            span.setAttribute(GenAi.ENCODING_FORMATS, List.of(body.string(value)));
        }
    }

    private void output(ModelApi api) {
        int value = switch (api) {
            case CHAT_COMPLETIONS -> body.at(CHAT_FORMAT);
            case RESPONSES -> body.at(RESPONSES_FORMAT);
            case MESSAGES -> body.at(MESSAGES_FORMAT);
            case GENERATE_CONTENT -> body.member(settings, MIME_TYPE);
            case EMBEDDINGS, COUNT_TOKENS, CONVERSE -> JsonDocument.NONE;
        };
        String type = switch (body.is(value, Kind.STRING) ? body.string(value) : "") {
            case "json_object", "json_schema", "application/json" -> "json";
            case "text", "text/plain" -> "text";
            default -> "";
        };
        if (!type.isEmpty()) {
            span.setAttribute(GenAi.OUTPUT_TYPE, type);
        }
    }
}
