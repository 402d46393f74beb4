package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of the rules for one caller, feature and instant: the only place where rules are matched. Collects what
 * matches in any order and more than once; its outcome depends on the set alone.
 */
final class Evaluation {

    /** Wider caps first, then by id: the order in which permits decide. */
    private static final Comparator<Rule> DECIDING = Comparator.<Rule>comparingLong(
                    rule -> -rule.limits().callsOrNoLimit())
            .thenComparingLong(rule -> -rule.limits().bytesOrNoLimit())
            .thenComparing(Rule::id);

    private final Subject subject;
    private final Sought sought;
    private final Instant now;
    private @Nullable Rule forbid;
    private @Nullable Rule brokenForbid;
    private @Nullable Rule decidingPermit;
    private @Nullable List<Rule> otherPermits;
    private @Nullable Rule nearestPermit;
    private int nearestMissing = Integer.MAX_VALUE;
    private boolean permittedButIndirect;

    Evaluation(Subject subject, Sought sought, Instant now) {
        this.subject = subject;
        this.sought = sought;
        this.now = now;
    }

    Subject subject() {
        return subject;
    }

    /** Considers rules of the action in question whose pattern is about the upstream in question. */
    void consider(List<Candidate> candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            FeaturePattern pattern = candidate.pattern();
            if (pattern.isEverything() || sought.isReachedBy(candidate.rule().effect(), pattern)) {
                consider(candidate.rule(), pattern);
            }
        }
    }

    private void consider(Rule rule, FeaturePattern pattern) {
        Truth truth = rule.matches(subject, now);
        switch (rule.effect()) {
            case FORBID -> {
                if (truth == Truth.TRUE) {
                    forbid = first(forbid, rule);
                } else if (truth == Truth.ERROR) {
                    brokenForbid = first(brokenForbid, rule);
                }
            }
            case PERMIT -> {
                if (truth == Truth.TRUE && sought.isIndirect() && !pattern.isExact()) {
                    permittedButIndirect = true;
                } else if (truth == Truth.TRUE) {
                    considerScopes(rule);
                }
            }
        }
    }

    private void considerScopes(Rule permit) {
        int missing = missingScopes(permit, subject);
        if (missing == 0) {
            addPermit(permit);
        } else if (missing < nearestMissing) {
            nearestPermit = permit;
            nearestMissing = missing;
        } else if (missing == nearestMissing) {
            nearestPermit = first(nearestPermit, permit);
        }
    }

    private void addPermit(Rule permit) {
        Rule deciding = decidingPermit;
        if (deciding == null) {
            decidingPermit = permit;
        } else if (!deciding.id().equals(permit.id())) {
            List<Rule> others = otherPermits == null ? new ArrayList<>() : otherPermits;
            otherPermits = others;
            boolean wider = DECIDING.compare(permit, deciding) < 0;
            Rule narrower = wider ? deciding : permit;
            decidingPermit = wider ? permit : deciding;
            if (!others.contains(narrower)) {
                others.add(narrower);
            }
        }
    }

    static int missingScopes(Rule permit, Subject subject) {
        int missing = 0;
        for (String scope : permit.requiredScopes()) {
            missing += subject.scopes().contains(scope) ? 0 : 1;
        }
        return missing;
    }

    private static Rule first(@Nullable Rule a, Rule b) {
        return a == null || b.id().compareTo(a.id()) < 0 ? b : a;
    }

    /** What the rules say together. */
    Outcome outcome() {
        if (forbid != null) {
            return new Outcome.Forbidden(forbid, false);
        }
        if (brokenForbid != null) {
            return new Outcome.Forbidden(brokenForbid, true);
        }
        if (decidingPermit != null) {
            return new Outcome.Permitted(decidingPermit, otherIds());
        }
        if (nearestPermit != null) {
            return new Outcome.ScopesMissing(nearestPermit);
        }
        return new Outcome.NotPermitted(permittedButIndirect);
    }

    private List<String> otherIds() {
        return otherPermits == null
                ? List.of()
                : otherPermits.stream().map(Rule::id).sorted().toList();
    }
}
