package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Words an evaluation rule by rule, with the same tests the evaluation used. */
final class Explainer {

    private Explainer() {}

    static RuleTrace trace(Rule rule, Subject subject, FeatureName feature, Instant now) {
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
        boolean reaches = rule.effect() == Effect.FORBID
                || !new Sought.Feature(feature).isIndirect()
                || rule.namesExactly(feature);
        if (!reaches) {
            reasons.add(
                    "resources: a wildcard does not reach a URI with a segment of dots or needless percent-encoding");
        }
        TreeSet<String> missing = new TreeSet<>(rule.requiredScopes());
        missing.removeAll(subject.scopes());
        return new RuleTrace(
                rule.id(), rule.effect(), reaches ? rule.matches(subject, now) : Truth.FALSE, reasons, missing);
    }
}
