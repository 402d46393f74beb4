package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.model.Guardrails;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.screen.PatternSet;
import dev.mcpgateway.policy.screen.TextGuard;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guardrails of one call: the bounds of what may be asked, then the screening of both directions. */
final class GuardedCall implements Guardrails.OnCall {
    /** An event of a stream is at most so long; a Responses stream ends in one that repeats the whole answer. */
    private static final int EVENT_BYTES_MAX = 4 * 1024 * 1024;

    private final ModelRules rules;
    private final ModelRequest asked;
    private final PolicyGuardrails.Bounds bounds;
    private final Seen seen;
    private final WholeScreen requests;
    private final WholeScreen answers;
    private @Nullable StreamGuard stream;

    GuardedCall(
            ModelRules rules,
            Permit permit,
            ModelRequest asked,
            PatternSet patterns,
            PolicyGuardrails.Bounds bounds,
            Telemetry telemetry) {
        this.rules = rules;
        this.asked = asked;
        this.bounds = bounds;
        this.seen = new Seen(telemetry);
        this.requests = new WholeScreen(
                permit, new TextGuard(patterns, rules.requests()), seen, Reason.GUARDRAIL, bounds.jsonDepthMax());
        this.answers = new WholeScreen(
                permit, new TextGuard(patterns, rules.answers()), seen, Reason.SCREENED, bounds.jsonDepthMax());
    }

    @Override
    public ModelRequest request() {
        JsonDocument body = asked.body();
        RequestBounds.require(rules, asked, answers.guard().mayChange());
        Splice edits = new Splice(body);
        rules.outputTokensMax().ifPresent(most -> OutputCap.keep(asked, most, edits));
        if (!requests.guard().isIdle()) {
            requests.screen(body, RequestText.of(asked.api(), body, !rules.userIsUntrusted()), edits);
        }
        return edits.isEmpty()
                ? asked
                : new ModelRequest(asked.api(), reread(edits.toBytes()), asked.model(), asked.streamed());
    }

    /** What was within the limits of requests and was edited here needs none. */
    private static JsonDocument reread(byte[] edited) {
        int most = edited.length;
        try {
            return StrictJson.parse(edited, new JsonLimits(most, most, most, most, most, true));
        } catch (JsonRefused impossible) {
            throw new IllegalStateException("an edit of a request is no JSON", impossible);
        }
    }

    @Override
    public byte[] answer(byte[] answer) {
        if (answers.guard().isIdle()) {
            return answer;
        }
        JsonDocument document;
        try {
            document =
                    StrictJson.parse(answer, JsonLimits.forReplies(Math.max(answer.length, 1), bounds.jsonDepthMax()));
        } catch (JsonRefused noJson) {
            answers.text(answer);
            return answer;
        }
        Splice edits = new Splice(document);
        answers.screen(document, AnswerText.of(document), edits);
        return edits.toBytes();
    }

    @Override
    public Guardrails.OnStream stream() {
        if (answers.guard().isIdle()) {
            return List::of;
        }
        StreamGuard begun = new StreamGuard(
                asked.api(),
                answers,
                seen,
                JsonLimits.forReplies(EVENT_BYTES_MAX, bounds.jsonDepthMax()),
                bounds.answerBytesMax());
        stream = begun;
        return begun;
    }

    @Override
    public ScreenRecord seen() {
        if (stream != null) {
            stream.ended();
        }
        return seen.record();
    }
}
