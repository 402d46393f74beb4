package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps the number of tokens that an answer is asked for below a cap: the smaller one of both holds. */
final class OutputCap {
    private static final Name GENERATION_CONFIG = Name.of("generationConfig");

    /** More digits than any cap has. */
    private static final int DIGITS_MAX = 18;

    private OutputCap() {}

    /**
     * Writes the cap into a request that asks for more, or does not say how many.
     *
     * @throws Refused if what stands in its place is no number of tokens
     */
    static void keep(ModelRequest request, int most, Splice edits) {
        switch (request.api()) {
            case CHAT_COMPLETIONS ->
                keep(request, JsonDocument.ROOT, List.of("max_completion_tokens", "max_tokens"), most, edits);
            case RESPONSES -> keep(request, JsonDocument.ROOT, List.of("max_output_tokens"), most, edits);
            case MESSAGES -> keep(request, JsonDocument.ROOT, List.of("max_tokens"), most, edits);
            case EMBEDDINGS, COUNT_TOKENS -> {
                // nothing is written
            }
            default -> generation(request, most, edits);
        }
    }

    private static void generation(ModelRequest request, int most, Splice edits) {
        JsonDocument body = request.body();
        int config = body.at(GENERATION_CONFIG);
        if (body.is(config, Kind.OBJECT)) {
            keep(request, config, List.of("maxOutputTokens"), most, edits);
        } else if (config == JsonDocument.NONE) {
            edits.members(
                    JsonDocument.ROOT,
                    _ -> false,
                    List.of(new Splice.Member(GENERATION_CONFIG, bytes("{\"maxOutputTokens\":" + most + "}"))));
        } else {
            throw refused(GENERATION_CONFIG.text());
        }
    }

    /** Of several names every one that is there is kept to; where none is, the first is written. */
    private static void keep(ModelRequest request, int object, List<String> names, int most, Splice edits) {
        JsonDocument body = request.body();
        boolean found = false;
        for (String each : names) {
            int written = body.member(object, Name.of(each));
            if (written == JsonDocument.NONE) {
                continue;
            }
            found = true;
            if (body.is(written, Kind.NULL) || number(body, written, each) > most) {
                edits.replace(written, bytes(Integer.toString(most)));
            }
        }
        if (!found) {
            edits.members(
                    object,
                    _ -> false,
                    List.of(new Splice.Member(Name.of(names.getFirst()), bytes(Integer.toString(most)))));
        }
    }

    private static long number(JsonDocument body, int node, String name) {
        String digits = body.is(node, Kind.NUMBER) ? body.raw(node) : "";
        if (digits.isEmpty() || digits.length() > DIGITS_MAX || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(name);
        }
        return Long.parseLong(digits);
    }

    private static Refused refused(String name) {
        return new Refused(Refusal.saying(Reason.GUARDRAIL, "'" + name + "' must be a whole number of tokens"));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
