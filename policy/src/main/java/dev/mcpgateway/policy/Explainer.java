package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Words an evaluation rule by rule, with the same tests the evaluation used. */
final class Explainer {

    private Explainer() {}

    static RuleTrace trace(Rule rule, Subject subject, Instant now) {
        List<String> reasons = new ArrayList<>();
        if (now.isBefore(rule.validity().from())) {
            reasons.add("not valid before " + rule.validity().from());
        } else if (!rule.validity().covers(now)) {
            reasons.add("not valid since " + rule.validity().until());
        }
        for (CallerCondition condition : rule.callers()) {
            switch (condition.test(subject)) {
                case TRUE -> {}
                case FALSE -> reasons.add(condition.key() + " does not hold");
                case ERROR -> reasons.add(condition.key() + " cannot be compared: the claim is of another type");
            }
        }
        TreeSet<String> missing = new TreeSet<>(rule.requiredScopes());
        missing.removeAll(subject.scopes());
        return new RuleTrace(rule.id(), rule.effect(), rule.matches(subject, now), reasons, missing);
    }
}
