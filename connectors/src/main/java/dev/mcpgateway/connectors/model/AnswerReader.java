package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.Locale;

/** Reads what an answer says of itself, from a whole answer or from the events of a stream. */
final class AnswerReader {
    private static final Name MODEL = Name.of("model");
    private static final Name ID = Name.of("id");
    private static final Name RESPONSE_ID = Name.of("responseId");
    private static final Name USAGE = Name.of("usage");
    private static final Name CHOICES = Name.of("choices");
    private static final Name FINISH_REASON = Name.of("finish_reason");
    private static final Name ERROR = Name.of("error");
    private static final Name TYPE = Name.of("type");
    private static final Name RESPONSE = Name.of("response");
    private static final Name STATUS = Name.of("status");
    private static final Name INCOMPLETE_DETAILS = Name.of("incomplete_details");
    private static final Name REASON = Name.of("reason");
    private static final Name MESSAGE = Name.of("message");
    private static final Name DELTA = Name.of("delta");
    private static final Name STOP_REASON = Name.of("stop_reason");
    private static final Name MODEL_VERSION = Name.of("modelVersion");
    private static final Name USAGE_METADATA = Name.of("usageMetadata");
    private static final Name PROMPT_FEEDBACK = Name.of("promptFeedback");
    private static final Name BLOCK_REASON = Name.of("blockReason");
    private static final Name CANDIDATES = Name.of("candidates");
    private static final Name GEMINI_FINISH_REASON = Name.of("finishReason");
    private static final Name CONTENT = Name.of("content");
    private static final Name CONTENT_BLOCK = Name.of("content_block");
    private static final Name INDEX = Name.of("index");
    private static final Name OUTPUT = Name.of("output");
    private static final Name ITEM = Name.of("item");
    private static final Name OUTPUT_INDEX = Name.of("output_index");
    private static final Name SERVICE_TIER = Name.of("service_tier");
    private static final Name SPEED = Name.of("speed");
    private static final Name GEO = Name.of("inference_geo");
    private static final Name PLAIN_TIER = Name.of("serviceTier");
    private static final Name TRAFFIC = Name.of("trafficType");
    private static final Name CONVERSE_STOP_REASON = Name.of("stopReason");
    private static final Name TRACE = Name.of("trace");
    private static final Name PROMPT_ROUTER = Name.of("promptRouter");
    private static final Name INVOKED_MODEL = Name.of("invokedModelId");

    /** What Vertex puts before the tier. */
    private static final String ON_DEMAND = "ON_DEMAND_";

    private static final int TEXT_CHARS_MAX = 256;

    private final ModelApi api;
    private final UsageReader usage;
    private final UsesReader uses = new UsesReader();
    private String served;
    private String finish = "";
    private String id = "";
    private String tier = "";
    private String speed = "";
    private String geo = "";
    private int unplaced;
    private boolean isCounted;
    private int resends;

    AnswerReader(ModelApi api) {
        this(api, "");
    }

    /** Of an answer that came over HTTP. */
    static AnswerReader of(ModelApi api, HttpExchange exchange) {
        return of(api, "", exchange);
    }

    /** The same for a provider whose answers need not name the model. */
    static AnswerReader of(ModelApi api, String servedUnlessSaid, HttpExchange exchange) {
        AnswerReader reader = new AnswerReader(api, servedUnlessSaid);
        reader.resends = Resends.of(exchange::header);
        return reader;
    }

    /** For a provider whose answers need not name the model. */
    AnswerReader(ModelApi api, String servedUnlessSaid) {
        this.api = api;
        this.served = servedUnlessSaid;
        this.usage = new UsageReader(api.protocol());
    }

    ModelFacts facts() {
        return new ModelFacts(
                served, finish, usage.usage(), uses.uses(), new ServedTerms(tier, speed, geo), id, resends);
    }

    /** Whether the model has said why it stopped. */
    boolean isFinished() {
        return !finish.isEmpty();
    }

    /** A whole answer. */
    void whole(JsonDocument answer) {
        switch (api) {
            case CHAT_COMPLETIONS, EMBEDDINGS -> completion(answer);
            case RESPONSES -> response(answer, JsonDocument.ROOT);
            case MESSAGES -> {
                message(answer, JsonDocument.ROOT);
                uses.blocks(answer, answer.at(CONTENT));
                uses.stated(answer, answer.at(USAGE));
            }
            case GENERATE_CONTENT -> candidates(answer);
            case CONVERSE -> converse(answer);
            case COUNT_TOKENS -> {
                // it counts the tokens of a request that is not made
            }
        }
    }

    /**
     * Whether an answer, or an event, says that there is none: some servers fail with status 200. Others send an empty error
     * with each answer.
     */
    static boolean isError(JsonDocument answer) {
        int error = answer.at(ERROR);
        return answer.is(error, Kind.OBJECT)
                ? answer.first(error) != JsonDocument.NONE
                : answer.is(error, Kind.STRING) && answer.length(error) > 2;
    }

    /** One event of a stream. */
    Mark event(JsonDocument event) {
        return switch (api) {
            case CHAT_COMPLETIONS -> {
                completion(event);
                yield isError(event) ? Mark.ERROR : Mark.OPEN;
            }
            case RESPONSES -> responseEvent(event);
            case MESSAGES -> messageEvent(event);
            case GENERATE_CONTENT -> {
                candidates(event);
                yield isError(event) ? Mark.ERROR : Mark.OPEN;
            }
            case CONVERSE -> {
                converse(event);
                if (event.stringEquals(event.at(TYPE), ERROR)) {
                    yield Mark.ERROR;
                }
                yield isCounted && isFinished() ? Mark.LAST : Mark.OPEN;
            }
            case EMBEDDINGS, COUNT_TOKENS -> Mark.OPEN;
        };
    }

    /** Whether it is the chunk that holds the usage alone. */
    static boolean isUsageChunk(JsonDocument event) {
        int choices = event.at(CHOICES);
        return event.is(choices, Kind.ARRAY)
                && event.first(choices) == JsonDocument.NONE
                && event.is(event.at(USAGE), Kind.OBJECT);
    }

    private void completion(JsonDocument answer) {
        id = id.isEmpty() ? text(answer, answer.at(ID), id) : id;
        served = text(answer, answer.at(MODEL), served);
        usage.read(answer, answer.at(USAGE));
        tier = tier(answer, answer.at(SERVICE_TIER));
        int choices = answer.at(CHOICES);
        if (answer.is(choices, Kind.ARRAY)) {
            finish = text(answer, answer.member(answer.first(choices), FINISH_REASON), finish);
            uses.choice(answer, answer.first(choices));
        }
    }

    private void response(JsonDocument document, int response) {
        id = text(document, document.member(response, ID), id);
        served = text(document, document.member(response, MODEL), served);
        usage.read(document, document.member(response, USAGE));
        tier = tier(document, document.member(response, SERVICE_TIER));
        uses.items(document, document.member(response, OUTPUT));
        int why = document.member(document.member(response, INCOMPLETE_DETAILS), REASON);
        finish = text(document, why, text(document, document.member(response, STATUS), finish));
    }

    private Mark responseEvent(JsonDocument event) {
        response(event, event.at(RESPONSE));
        int item = event.at(ITEM);
        if (event.is(item, Kind.OBJECT)) {
            uses.item(event, item, place(event, event.at(OUTPUT_INDEX)));
        }
        return switch (text(event, event.at(TYPE), "")) {
            case "response.completed", "response.incomplete" -> Mark.LAST;
            case "response.failed", "error" -> Mark.ERROR;
            default -> Mark.OPEN;
        };
    }

    private void message(JsonDocument document, int message) {
        id = text(document, document.member(message, ID), id);
        served = text(document, document.member(message, MODEL), served);
        int used = document.member(message, USAGE);
        usage.read(document, used);
        tier = tier(document, document.member(used, SERVICE_TIER));
        speed = text(document, document.member(used, SPEED), speed);
        geo = text(document, document.member(used, GEO), geo);
        finish = text(document, document.member(message, STOP_REASON), finish);
    }

    private Mark messageEvent(JsonDocument event) {
        switch (text(event, event.at(TYPE), "")) {
            case "message_start" -> message(event, event.at(MESSAGE));
            case "content_block_start" -> uses.block(event, event.at(CONTENT_BLOCK), place(event, event.at(INDEX)));
            case "message_delta" -> {
                usage.read(event, event.at(USAGE));
                uses.stated(event, event.at(USAGE));
                finish = text(event, event.at(DELTA, STOP_REASON), finish);
            }
            case "message_stop" -> {
                return Mark.LAST;
            }
            case "error" -> {
                return Mark.ERROR;
            }
            default -> {
                // content
            }
        }
        return Mark.OPEN;
    }

    private void candidates(JsonDocument answer) {
        id = id.isEmpty() ? text(answer, answer.at(RESPONSE_ID), id) : id;
        served = text(answer, answer.at(MODEL_VERSION), served);
        int used = answer.at(USAGE_METADATA);
        usage.read(answer, used);
        tier = tier(answer, answer.member(used, PLAIN_TIER));
        String traffic = text(answer, answer.member(used, TRAFFIC), "");
        if (traffic.startsWith(ON_DEMAND)) {
            tier = traffic.substring(ON_DEMAND.length()).toLowerCase(Locale.ROOT);
        }
        finish = text(answer, answer.at(PROMPT_FEEDBACK, BLOCK_REASON), finish);
        int candidates = answer.at(CANDIDATES);
        if (answer.is(candidates, Kind.ARRAY)) {
            finish = text(answer, answer.member(answer.first(candidates), GEMINI_FINISH_REASON), finish);
            for (int each = answer.first(candidates); each != JsonDocument.NONE; each = answer.next(candidates, each)) {
                uses.candidate(answer, each);
            }
        }
    }

    /** The usage comes with the last event, after the reason. A router says which model it has chosen. */
    private void converse(JsonDocument answer) {
        int used = answer.at(USAGE);
        isCounted |= answer.is(used, Kind.OBJECT);
        usage.read(answer, used);
        finish = text(answer, answer.at(CONVERSE_STOP_REASON), finish);
        served = text(answer, answer.member(answer.at(TRACE, PROMPT_ROUTER), INVOKED_MODEL), served);
        tier = tier(answer, answer.at(PLAIN_TIER, TYPE));
    }

    /** What is said to be chosen by the provider is not said. */
    private String tier(JsonDocument document, int node) {
        String said = text(document, node, "");
        return said.isEmpty() || said.equals("auto") ? tier : said;
    }

    /** Where it is not said, a place of its own: it is counted once more rather than not at all. */
    private int place(JsonDocument event, int node) {
        long place = UsageReader.count(event, node);
        return place < 0 || place > Integer.MAX_VALUE ? --unplaced : (int) place;
    }

    private static String text(JsonDocument document, int node, String otherwise) {
        if (!document.is(node, Kind.STRING)) {
            return otherwise;
        }
        String text = document.string(node);
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
    }
}
