package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.Evaluation;
import dev.mcpgateway.gateway.model.ModelAsk;
import dev.mcpgateway.gateway.model.Onlooker;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** Collects one answer, which is to be judged, to be asked for again elsewhere, or both. Used by one thread. */
final class AnswerWatch implements Onlooker.Watch {
    private static final int JSON_DEPTH = 64;

    /** How providers say that an answer calls tools: without their results there is nothing to judge yet. */
    private static final Set<String> CALLS_TOOLS = Set.of("tool_calls", "function_call", "tool_use");

    /**
     * How providers say that an answer was ended before the model was at its end. The caller's limit did that, or a filter
     * that the request woke, so it says nothing about the model: whoever asks for one token must not spoil its score.
     */
    private static final Set<String> CUT = Set.of(
            "length",
            "max_tokens",
            "MAX_TOKENS",
            "max_output_tokens",
            "model_length",
            "model_context_window_exceeded",
            "incomplete",
            "pause_turn",
            "content_filter",
            "content_filtered",
            "guardrail_intervened",
            "refusal",
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION");

    private final Backlog backlog;
    private final JudgedCall call;
    private final ModelAsk ask;
    private final Models.Target target;
    private final boolean isJudged;
    private final Optional<ModelAsk.Copy> copy;
    private final AnswerWords words;
    private byte[] body = new byte[0];
    private boolean isUnread;

    AnswerWatch(
            Backlog backlog,
            JudgedCall call,
            ModelAsk ask,
            Models.Target target,
            boolean isJudged,
            Optional<ModelAsk.Copy> copy) {
        this.backlog = backlog;
        this.call = call;
        this.ask = ask;
        this.target = target;
        this.isJudged = isJudged;
        this.copy = copy;
        this.words = new AnswerWords(ask.request().api(), backlog.materialBytes());
    }

    @Override
    public void event(ModelEvent passed) {
        if (isJudged && !words.isTooLong() && passed.data().length > 0 && passed.data()[0] == '{') {
            try {
                words.event(parsed(passed.data()));
            } catch (JsonRefused notRead) {
                // what it said is missing, and a judge would take the rest for the whole
                isUnread = true;
            }
        }
    }

    @Override
    public Optional<Evaluation> whole(byte[] answer) {
        body = answer;
        return Optional.empty();
    }

    @Override
    public void complete(ModelFacts facts) {
        if (isJudged) {
            String result = offered(facts);
            if (!result.isEmpty()) {
                backlog.ended(result);
            }
        }
        copy.map(each -> new Work.Again(call, ask.request(), each, backlog.now()))
                .filter(again -> !backlog.offer(again))
                .ifPresent(_ -> backlog.ended("dropped"));
    }

    /** Gives why it is not judged; empty if it will be. */
    private String offered(ModelFacts facts) {
        byte[] request = ask.request().body().bytes();
        if (request.length > backlog.materialBytes()) {
            return "too_large";
        }
        if (CUT.contains(facts.finishReason())) {
            return "cut";
        }
        try {
            if (body.length > 0) {
                words.whole(parsed(body));
            }
        } catch (JsonRefused notRead) {
            isUnread = true;
        }
        if (words.isTooLong()) {
            return "too_large";
        }
        if (isUnread
                || CALLS_TOOLS.contains(facts.finishReason())
                || words.callsTools()
                || words.text().isBlank()) {
            return "no_text";
        }
        Sample sample = new Sample(
                call, target, facts.servedModel(), new String(request, StandardCharsets.UTF_8), words.text());
        return backlog.offer(new Work.Judging(sample, backlog.now())) ? "" : "dropped";
    }

    static JsonDocument parsed(byte[] json) throws JsonRefused {
        return StrictJson.parse(json, JsonLimits.forReplies(Math.max(1, json.length), JSON_DEPTH));
    }
}
