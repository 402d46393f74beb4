package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.ModelRouting.Step;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.Offer;
import dev.mcpgateway.gateway.model.route.Skip;
import dev.mcpgateway.gateway.model.route.TargetKey;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every decision about who is asked for one call: on its span as it is made, and for its record. Used by one thread. */
final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    private final CallTrace trace;
    private final List<Step> steps = new ArrayList<>();

    Decisions(CallTrace trace) {
        this.trace = trace;
    }

    /** By which rule others are asked than usually, what those would take who are chosen by it, and who was left out. */
    void planned(Plan plan) {
        TargetKey first = plan.first().key();
        if (plan.rule() > 0) {
            add("rule", "", "", first.toString(), first.provider(), "rule_" + plan.rule(), 0);
        }
        for (Offer offer : plan.offers()) {
            TargetKey asked = TargetKey.of(offer.target());
            add("cost", "", "", asked.toString(), asked.provider(), offer.text(), 0);
        }
        for (Skip skip : plan.skips()) {
            rerouted(TargetKey.of(skip.target()), first, skip.why().text(), 0);
        }
    }

    void rerouted(TargetKey from, TargetKey to, String reason, int attempts) {
        add("reroute", from.toString(), from.provider(), to.toString(), to.provider(), reason, attempts);
    }

    /** Another attempt: at the same target, or at the next one. */
    void again(TargetKey from, TargetKey to, String reason, int attempts) {
        String kind = from.equals(to) ? "retry" : "fallback";
        add(kind, from.toString(), from.provider(), to.toString(), to.provider(), reason, attempts);
    }

    /** Another attempt beside one that has no content yet. */
    void hedged(TargetKey from, TargetKey to, int attempts) {
        add("hedge", from.toString(), from.provider(), to.toString(), to.provider(), "slow", attempts);
    }

    void changed(TargetKey target, Breaker.Change change, int attempts) {
        LOG.atWarn()
                .addKeyValue("target", target)
                .addKeyValue("from", change.from().text())
                .addKeyValue("to", change.to().text())
                .log("breaker: {}", change.why());
        add(
                "breaker",
                target + " " + change.from().text(),
                target.provider(),
                change.to().text(),
                target.provider(),
                change.why(),
                attempts);
    }

    /** This call of the gateway's own has the content of another one, of which it is a copy or which it judges, or of none. */
    void madeFor(OwnExchange own, Optional<ModelAsk.Copy> copy, TargetKey target) {
        if (own.about().isEmpty()) {
            add("probe", "", "", target.toString(), target.provider(), copy.isPresent() ? "target" : "route", 0);
            return;
        }
        String kind = copy.isPresent() ? "shadow" : "judge";
        String what = copy.isPresent() ? "copy" : "question";
        add(kind, own.about(), "", target.toString(), target.provider(), what, 0);
    }

    /** This call judged another one. */
    void evaluated(Evaluation evaluation) {
        LOG.atInfo()
                .addKeyValue("target", evaluation.target().map(Object::toString).orElse(""))
                .addKeyValue("judgedCall", evaluation.judgedCall())
                .addKeyValue("score", evaluation.score())
                .log("an answer was judged");
        trace.evaluated(
                Evaluation.NAME,
                evaluation.judgedCall(),
                evaluation.served(),
                evaluation.score(),
                evaluation.label(),
                evaluation.explanation());
        evaluation.target().ifPresent(target -> evaluation.change().ifPresent(change -> changed(target, change, 1)));
    }

    private void add(
            String kind, String from, String fromProvider, String to, String toProvider, String reason, int attempts) {
        steps.add(new Step(kind, from, to, reason, attempts));
        trace.routed(kind, fromProvider, toProvider, reason, attempts);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }
}
