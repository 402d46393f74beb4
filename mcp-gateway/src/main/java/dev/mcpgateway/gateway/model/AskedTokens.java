package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.Terms;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How many tokens a request can be and ask for, read from it before anybody has counted them. What makes a bound larger is
 * looked for in the words of all protocols, whichever the request is of; what makes it smaller only in those of its own.
 *
 * @param bytes of the request
 * @param isWhole whether all that the model will read is in those bytes
 * @param output most tokens of all answers, as the request limits them; -1 where it does not
 * @param answers how many answers it asks for
 * @param terms what it names that changes its price
 * @param extras what it may use that is not billed as text
 */
record AskedTokens(
        long bytes, boolean isWhole, long output, long answers, Terms terms, AskedExtras extras, boolean embeds) {
    /**
     * What providers add to a request, such as the marks around messages and an instruction about tools. Each message has
     * more bytes of JSON around it than it gets marks.
     */
    private static final long ADDED = 1024;

    /**
     * A token is a byte of UTF-8 at the least, so the bytes of a text bound its tokens. Typical texts have three to five
     * bytes a token.
     */
    private static final long BYTES_OF_A_TOKEN = 3;

    /**
     * What a model writes in a second, where time is all that is known of its answer. Large models write fifty to a hundred
     * tokens a second, small ones more; what was set aside bounds it.
     */
    private static final long TOKENS_OF_A_SECOND = 100;

    private static final long NUMBER_MAX = 1_000_000_000;
    private static final Name TYPE = Name.of("type");
    private static final Name SERVICE_TIER = Name.of("service_tier");
    private static final Name GEMINI_TIER = Name.of("serviceTier");
    private static final Name SPEED = Name.of("speed");
    private static final Name GEO = Name.of("inference_geo");
    private static final Name GENERATION = Name.of("generationConfig");
    private static final Set<String> TYPES = Set.of(
            "text",
            "input_text",
            "output_text",
            "message",
            "refusal",
            "thinking",
            "redacted_thinking",
            "reasoning",
            "reasoning_text",
            "summary_text",
            "tool",
            "tool_use",
            "tool_result",
            "function",
            "function_call",
            "function_call_output",
            "custom",
            "custom_tool_call",
            "custom_tool_call_output",
            "grammar",
            "allowed_tools",
            "auto",
            "any",
            "none",
            "enabled",
            "disabled",
            "adaptive",
            "ephemeral",
            "json_object",
            "json_schema",
            "object",
            "array",
            "string",
            "number",
            "integer",
            "boolean",
            "null");

    /** Members that stand for something that is elsewhere, or is no text. */
    private static final Set<String> ELSEWHERE = Set.of(
            "previous_response_id",
            "conversation",
            "container",
            "mcp_servers",
            "web_search_options",
            "cachedContent",
            "cached_content",
            "file_id",
            "file_url",
            "image_url",
            "input_audio",
            "fileData",
            "file_data",
            "inlineData",
            "inline_data",
            "data_sources",
            "plugins",
            "googleSearch",
            "google_search",
            "googleSearchRetrieval",
            "google_search_retrieval",
            "enterpriseWebSearch",
            "enterprise_web_search",
            "exaAiSearch",
            "parallelAiSearch",
            "retrieval",
            "googleMaps",
            "google_maps",
            "urlContext",
            "url_context",
            "fileSearch",
            "file_search",
            "codeExecution",
            "code_execution");

    static AskedTokens of(ModelRequest request) {
        JsonDocument body = request.body();
        boolean embeds = request.api() == ModelApi.EMBEDDINGS;
        int generation = body.at(GENERATION);
        long answers = Math.max(
                number(body, body.at(Name.of("n"))), number(body, body.member(generation, Name.of("candidateCount"))));
        boolean isWhole =
                embeds || (body.at(Name.of("prompt")) == JsonDocument.NONE && isWhole(body, JsonDocument.ROOT));
        return new AskedTokens(
                body.bytes().length,
                isWhole,
                embeds ? 0 : output(request.api(), body, generation),
                Math.max(1, answers),
                new Terms(tier(body), text(body, SPEED), text(body, GEO)),
                AskedExtras.of(request, isWhole),
                embeds);
    }

    /**
     * The limits that such requests have: a provider passes over the name of another protocol, and answers without limit.
     * Of two names that servers read, the larger number counts.
     */
    private static long output(ModelApi api, JsonDocument body, int generation) {
        return switch (api) {
            case CHAT_COMPLETIONS ->
                Math.max(
                        number(body, body.at(Name.of("max_completion_tokens"))),
                        number(body, body.at(Name.of("max_tokens"))));
            case RESPONSES -> number(body, body.at(Name.of("max_output_tokens")));
            case MESSAGES -> number(body, body.at(Name.of("max_tokens")));
            case GENERATE_CONTENT -> number(body, body.member(generation, Name.of("maxOutputTokens")));
            case EMBEDDINGS, COUNT_TOKENS, CONVERSE -> -1;
        };
    }

    /** Of two that differ nobody here knows which one the provider reads, and together they have no price. */
    private static String tier(JsonDocument body) {
        String tier = text(body, SERVICE_TIER);
        String other = text(body, GEMINI_TIER);
        return tier.isEmpty() || tier.equals(other) ? other : other.isEmpty() ? tier : tier + " " + other;
    }

    private static String text(JsonDocument body, Name member) {
        int node = body.at(member);
        return body.is(node, Kind.STRING) ? body.string(node) : "";
    }

    /** Rounded up and bounded; -1 for what is no number above zero. */
    static long number(JsonDocument body, int node) {
        if (!body.is(node, Kind.NUMBER)) {
            return -1;
        }
        BigDecimal number;
        try {
            number = new BigDecimal(body.raw(node));
        } catch (NumberFormatException exponent) {
            return NUMBER_MAX;
        }
        // compared by their powers of ten first: a number of few characters can have very many digits
        if (number.signum() <= 0) {
            return -1;
        }
        return number.precision() - (long) number.scale() > 10
                ? NUMBER_MAX
                : number.precision() - (long) number.scale() < 0
                        ? 1
                        : Math.min(
                                NUMBER_MAX,
                                number.setScale(0, RoundingMode.CEILING).longValueExact());
    }

    private static boolean isWhole(JsonDocument body, int node) {
        boolean isObject = body.is(node, Kind.OBJECT);
        if (!isObject && !body.is(node, Kind.ARRAY)) {
            return true;
        }
        for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
            if (isObject && !body.is(each, Kind.NULL) && pointsElsewhere(body, each)) {
                return false;
            }
            if (!isWhole(body, each)) {
                return false;
            }
        }
        return true;
    }

    private static boolean pointsElsewhere(JsonDocument body, int member) {
        if (body.isNamed(member, TYPE)) {
            return body.is(member, Kind.STRING) && !TYPES.contains(body.string(member));
        }
        return ELSEWHERE.contains(body.name(member));
    }

    /** No provider can count more tokens of the request. */
    long inputMost(Price price, Money.Assumed assumed) {
        long read = bytes + ADDED;
        long most = isWhole ? read : Math.max(read, price.inputTokensMax().orElse(assumed.inputTokens()));
        return Math.min(most, price.inputTokensMax().orElse(Long.MAX_VALUE));
    }

    /** No answer can be longer. */
    long outputMost(Price price, Money.Assumed assumed) {
        long one = output >= 0 ? output : price.outputTokensMax().orElse(assumed.outputTokens());
        return one * answers;
    }

    /** What the request was about, where nobody says. */
    long inputAbout() {
        return (bytes + BYTES_OF_A_TOKEN - 1) / BYTES_OF_A_TOKEN;
    }

    /** What so much text was about, where nobody says. */
    long outputAbout(long textBytes) {
        return embeds ? 0 : (textBytes + BYTES_OF_A_TOKEN - 1) / BYTES_OF_A_TOKEN;
    }

    /** What a provider may have written in so long, where nothing of it was seen: a second that has begun counts as whole. */
    long outputWithin(long nanos, Price price, Money.Assumed assumed) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos) + 1;
        return Math.min(seconds * TOKENS_OF_A_SECOND * answers, outputMost(price, assumed));
    }
}
