package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.Evaluation;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.judge.AnswerWords;
import java.util.Optional;
import java.util.function.Consumer;

/** The answer to one probe, as an agent would have got it. Written by the thread of the call, and read when that is over. */
final class Seen implements Onlooker.Watch {
    private static final int WORDS_MAX = 4096;
    private static final int EVENT_DEPTH_MAX = 64;

    private final AnswerWords words;
    private Optional<Models.Target> target = Optional.empty();
    private Optional<ModelFacts> facts = Optional.empty();

    Seen(ModelApi api) {
        this.words = new AnswerWords(api, WORDS_MAX);
    }

    void answeredBy(Models.Target who) {
        target = Optional.of(who);
    }

    @Override
    public void event(ModelEvent passed) {
        read(passed.data(), words::event);
    }

    @Override
    public Optional<Evaluation> whole(byte[] answer) {
        read(answer, words::whole);
        return Optional.empty();
    }

    @Override
    public void complete(ModelFacts said) {
        facts = Optional.of(said);
    }

    /** What cannot be read has no words; whether it may be so is the path's to say. */
    private static void read(byte[] json, Consumer<JsonDocument> reader) {
        try {
            reader.accept(StrictJson.parse(json, JsonLimits.forReplies(Math.max(1, json.length), EVENT_DEPTH_MAX)));
        } catch (JsonRefused notRead) {
            // the last event of some protocols is no JSON
        }
    }

    /** Who answered; empty when nobody did. */
    Optional<Models.Target> target() {
        return target;
    }

    /** What the answer said of itself; empty when it was not complete. */
    Optional<ModelFacts> facts() {
        return facts;
    }

    String words() {
        return words.text();
    }
}
