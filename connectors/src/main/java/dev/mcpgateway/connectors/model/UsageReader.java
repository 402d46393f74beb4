package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelUsage.Medium;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;

/**
 * Gathers the usage that an answer states, in one place or in parts of a stream; of a number stated twice the later one
 * counts, since providers count up. What is no whole number of tokens is not read.
 */
public final class UsageReader {
    private static final Name PROMPT_TOKENS = Name.of("prompt_tokens");
    private static final Name COMPLETION_TOKENS = Name.of("completion_tokens");
    private static final Name PROMPT_DETAILS = Name.of("prompt_tokens_details");
    private static final Name COMPLETION_DETAILS = Name.of("completion_tokens_details");
    private static final Name TOTAL_TOKENS = Name.of("total_tokens");
    private static final Name INPUT_TOKENS = Name.of("input_tokens");
    private static final Name OUTPUT_TOKENS = Name.of("output_tokens");
    private static final Name INPUT_DETAILS = Name.of("input_tokens_details");
    private static final Name OUTPUT_DETAILS = Name.of("output_tokens_details");
    private static final Name CACHED_TOKENS = Name.of("cached_tokens");
    private static final Name REASONING_TOKENS = Name.of("reasoning_tokens");
    private static final Name CACHE_READ = Name.of("cache_read_input_tokens");
    private static final Name CACHE_CREATION = Name.of("cache_creation_input_tokens");
    private static final Name CACHE_CREATION_BY_LIFE = Name.of("cache_creation");
    private static final Name FIVE_MINUTES = Name.of("ephemeral_5m_input_tokens");
    private static final Name CACHE_WRITE = Name.of("cache_write_tokens");
    private static final Name ONE_HOUR = Name.of("ephemeral_1h_input_tokens");
    private static final Name ITERATIONS = Name.of("iterations");
    private static final Name TYPE = Name.of("type");
    private static final Name COMPACTION = Name.of("compaction");
    private static final Name PROMPT_COUNT = Name.of("promptTokenCount");
    private static final Name TOOL_PROMPT_COUNT = Name.of("toolUsePromptTokenCount");
    private static final Name CACHED_COUNT = Name.of("cachedContentTokenCount");
    private static final Name CANDIDATES_COUNT = Name.of("candidatesTokenCount");
    private static final Name THOUGHTS_COUNT = Name.of("thoughtsTokenCount");
    private static final Name THINKING_TOKENS = Name.of("thinking_tokens");
    private static final Name AUDIO_TOKENS = Name.of("audio_tokens");
    private static final Name IMAGE_TOKENS = Name.of("image_tokens");
    private static final Name CACHED_DETAILS = Name.of("cached_tokens_details");
    private static final Name PROMPT_MEDIA = Name.of("promptTokensDetails");
    private static final Name TOOL_PROMPT_MEDIA = Name.of("toolUsePromptTokensDetails");
    private static final Name CACHED_MEDIA = Name.of("cacheTokensDetails");
    private static final Name CANDIDATES_MEDIA = Name.of("candidatesTokensDetails");
    private static final Name MODALITY = Name.of("modality");
    private static final Name TOKEN_COUNT = Name.of("tokenCount");
    private static final Name AUDIO = Name.of("AUDIO");
    private static final Name CONVERSE_INPUT = Name.of("inputTokens");
    private static final Name CONVERSE_OUTPUT = Name.of("outputTokens");
    private static final Name CONVERSE_READ = Name.of("cacheReadInputTokens");
    private static final Name CONVERSE_WRITE = Name.of("cacheWriteInputTokens");
    private static final Name CONVERSE_WRITES = Name.of("cacheDetails");
    private static final Name TTL = Name.of("ttl");
    private static final Name HOUR = Name.of("1h");
    private static final Name IMAGE = Name.of("IMAGE");

    /** More digits than any bill has, fewer than overflow a sum. */
    private static final int DIGITS_MAX = 15;

    private static final long COUNT_MAX = 999_999_999_999_999L;

    private static final ModelUsage NOTHING = new ModelUsage(0, 0, 0, 0, 0, 0);

    private final ModelProtocol protocol;
    private long input = -1;
    private long cacheRead = -1;
    private long cacheWrite = -1;
    private long cacheWriteHour = -1;
    private long cacheWriteMinutes = -1;
    private long output = -1;
    private long reasoning = -1;
    private long toolInput = -1;
    private long total = -1;
    private ModelUsage compactions = NOTHING;
    private Medium audio = Medium.NONE;
    private Medium image = Medium.NONE;

    /** Of answers in this protocol; nothing is stated yet. */
    public UsageReader(ModelProtocol protocol) {
        this.protocol = protocol;
    }

    /** Takes over what a usage object states; anything else states nothing. */
    public void read(JsonDocument document, int usage) {
        if (!document.is(usage, Kind.OBJECT)) {
            return;
        }
        switch (protocol) {
            case OPENAI -> {
                input = later(input, document, usage, PROMPT_TOKENS, INPUT_TOKENS);
                output = later(output, document, usage, COMPLETION_TOKENS, OUTPUT_TOKENS);
                total = later(total, document, usage, TOTAL_TOKENS);
                int details = details(document, usage, PROMPT_DETAILS, INPUT_DETAILS);
                cacheRead = later(cacheRead, document, details, CACHED_TOKENS);
                cacheWrite = later(cacheWrite, document, details, CACHE_WRITE);
                int shown = details(document, usage, COMPLETION_DETAILS, OUTPUT_DETAILS);
                reasoning = later(reasoning, document, shown, REASONING_TOKENS);
                audio = medium(audio, document, details, shown, AUDIO_TOKENS);
                image = medium(image, document, details, shown, IMAGE_TOKENS);
            }
            case ANTHROPIC -> {
                input = later(input, document, usage, INPUT_TOKENS);
                output = later(output, document, usage, OUTPUT_TOKENS);
                cacheRead = later(cacheRead, document, usage, CACHE_READ);
                cacheWrite = later(cacheWrite, document, usage, CACHE_CREATION);
                int byLife = document.member(usage, CACHE_CREATION_BY_LIFE);
                cacheWriteHour = later(cacheWriteHour, document, byLife, ONE_HOUR);
                cacheWriteMinutes = later(cacheWriteMinutes, document, byLife, FIVE_MINUTES);
                reasoning = later(reasoning, document, document.member(usage, OUTPUT_DETAILS), THINKING_TOKENS);
                compactions = compactions(compactions, document, document.member(usage, ITERATIONS));
            }
            case GEMINI -> {
                input = later(input, document, usage, PROMPT_COUNT);
                toolInput = later(toolInput, document, usage, TOOL_PROMPT_COUNT);
                output = later(output, document, usage, CANDIDATES_COUNT);
                cacheRead = later(cacheRead, document, usage, CACHED_COUNT);
                reasoning = later(reasoning, document, usage, THOUGHTS_COUNT);
                audio = medium(audio, document, usage, AUDIO);
                image = medium(image, document, usage, IMAGE);
            }
            case CONVERSE -> {
                input = later(input, document, usage, CONVERSE_INPUT);
                output = later(output, document, usage, CONVERSE_OUTPUT);
                cacheRead = later(cacheRead, document, usage, CONVERSE_READ);
                cacheWrite = later(cacheWrite, document, usage, CONVERSE_WRITE);
                int byLife = document.member(usage, CONVERSE_WRITES);
                long hour = tokens(document, byLife, TTL, HOUR, CONVERSE_INPUT);
                cacheWriteHour = hour < 0 ? cacheWriteHour : hour;
            }
        }
    }

    /**
     * What was stated so far. OpenAI's input counts cached tokens already, Anthropic's and Converse's do not; Gemini's output
     * does not count thoughts, and neither does that of some servers which speak as OpenAI does: what their total has beside
     * input and output is thoughts, too. Anthropic's numbers do not count compactions, which are billed as all else is.
     */
    public ModelUsage usage() {
        if (input < 0 && output < 0 && reasoning < 0 && compactions.equals(NOTHING)) {
            return ModelUsage.UNKNOWN;
        }
        long read = orZero(cacheRead);
        long hour = orZero(cacheWriteHour);
        long write = Math.max(orZero(cacheWrite), hour + orZero(cacheWriteMinutes));
        long thoughts = orZero(reasoning);
        return switch (protocol) {
            case OPENAI -> {
                long asked = atLeast(atLeast(orZero(input), read + write), audio.input() + image.input());
                long answered = atLeast(atLeast(orZero(output), thoughts), audio.output() + image.output());
                long beside = orZero(total - asked - answered);
                yield new ModelUsage(
                        asked, read, write, 0, answered + beside, Math.max(thoughts, beside), audio, image);
            }
            case ANTHROPIC, CONVERSE ->
                sum(
                        new ModelUsage(
                                orZero(input) + read + write,
                                read,
                                write,
                                hour,
                                atLeast(orZero(output), thoughts),
                                thoughts),
                        compactions);
            case GEMINI ->
                new ModelUsage(
                        atLeast(atLeast(orZero(input) + orZero(toolInput), read), audio.input() + image.input()),
                        read,
                        0,
                        0,
                        atLeast(orZero(output), audio.output() + image.output()) + thoughts,
                        thoughts,
                        audio,
                        image);
        };
    }

    /** Some servers count a part beside the whole instead of in it: then the whole is their sum, the dearer reading. */
    private static long atLeast(long whole, long part) {
        return part > whole ? whole + part : whole;
    }

    /**
     * The only iterations that the numbers around them do not count and this model is paid for ({@code @anthropic-ai/sdk}
     * 1.11.0, {@code BetaUsage.iterations}): an advisor is another model, and its use is counted as that of a tool. A later
     * list takes the place of an earlier one.
     */
    private static ModelUsage compactions(ModelUsage known, JsonDocument document, int iterations) {
        if (!document.is(iterations, Kind.ARRAY)) {
            return known;
        }
        ModelUsage sum = NOTHING;
        for (int each = document.first(iterations); each != JsonDocument.NONE; each = document.next(iterations, each)) {
            if (document.stringEquals(document.member(each, TYPE), COMPACTION)) {
                UsageReader one = new UsageReader(ModelProtocol.ANTHROPIC);
                one.read(document, each);
                sum = one.usage().isKnown() ? sum(sum, one.usage()) : sum;
            }
        }
        return sum;
    }

    private static ModelUsage sum(ModelUsage some, ModelUsage more) {
        long read = sum(some.cacheRead(), more.cacheRead());
        long write = sum(some.cacheWrite(), more.cacheWrite());
        return new ModelUsage(
                sum(some.inputPlain(), more.inputPlain()) + read + write,
                read,
                write,
                sum(some.cacheWriteHour(), more.cacheWriteHour()),
                sum(some.output(), more.output()),
                sum(some.reasoning(), more.reasoning()));
    }

    private static long sum(long some, long more) {
        return Math.min(COUNT_MAX, some + more);
    }

    private static long orZero(long count) {
        return Math.max(0, count);
    }

    private static Medium medium(Medium known, JsonDocument document, int asked, int answered, Name tokens) {
        return new Medium(
                later(known.input(), document, asked, tokens),
                later(known.cacheRead(), document, document.member(asked, CACHED_DETAILS), tokens),
                later(known.output(), document, answered, tokens));
    }

    private static Medium medium(Medium known, JsonDocument document, int usage, Name modality) {
        long ofTools = Math.max(0, media(document, document.member(usage, TOOL_PROMPT_MEDIA), modality));
        long input = media(document, document.member(usage, PROMPT_MEDIA), modality);
        long read = media(document, document.member(usage, CACHED_MEDIA), modality);
        long answered = media(document, document.member(usage, CANDIDATES_MEDIA), modality);
        return new Medium(
                input < 0 ? Math.max(known.input(), ofTools) : input + ofTools,
                read < 0 ? known.cacheRead() : read,
                answered < 0 ? known.output() : answered);
    }

    private static long media(JsonDocument document, int list, Name modality) {
        return tokens(document, list, MODALITY, modality, TOKEN_COUNT);
    }

    /** The sum of {@code tokens} of those of the list whose {@code kind} is this one; below zero where there is no list. */
    private static long tokens(JsonDocument document, int list, Name kind, Name wanted, Name tokens) {
        if (!document.is(list, Kind.ARRAY)) {
            return -1;
        }
        long sum = 0;
        for (int each = document.first(list); each != JsonDocument.NONE; each = document.next(list, each)) {
            if (document.stringEquals(document.member(each, kind), wanted)) {
                sum = Math.min(COUNT_MAX, sum + orZero(count(document, document.member(each, tokens))));
            }
        }
        return sum;
    }

    private static int details(JsonDocument document, int usage, Name chat, Name other) {
        int details = document.member(usage, chat);
        return details == JsonDocument.NONE ? document.member(usage, other) : details;
    }

    private static long later(long known, JsonDocument document, int object, Name... names) {
        for (Name name : names) {
            long count = count(document, document.member(object, name));
            if (count >= 0) {
                return count;
            }
        }
        return known;
    }

    /** A whole number of bounded length; below zero for anything else. */
    static long count(JsonDocument document, int node) {
        if (!document.is(node, Kind.NUMBER) || document.length(node) > DIGITS_MAX) {
            return -1;
        }
        String digits = document.raw(node);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : -1;
    }
}
