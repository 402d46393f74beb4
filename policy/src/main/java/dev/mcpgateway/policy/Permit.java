package dev.mcpgateway.policy;

import java.util.List;

/**
 * Proof that a policy allows one caller one use of one feature. Only {@link Policy#decide} and {@link Policy#follow} make
 * one; every later step of a call demands it.
 */
public final class Permit {

    private final Subject subject;
    private final FeatureName feature;
    private final List<String> ruleIds;
    private final String policyHash;
    private final CallLimits limits;

    Permit(Subject subject, FeatureName feature, List<String> ruleIds, String policyHash, CallLimits limits) {
        this.subject = subject;
        this.feature = feature;
        this.ruleIds = ruleIds;
        this.policyHash = policyHash;
        this.limits = limits;
    }

    /** Who may use it. */
    public Subject subject() {
        return subject;
    }

    /** What may be used. */
    public FeatureName feature() {
        return feature;
    }

    /** The permits that match, the deciding one first, the others by id; of a followed resource, the tool's. Never empty. */
    public List<String> ruleIds() {
        return ruleIds;
    }

    /** {@link Policy#hash()} of the policy that decided. */
    public String policyHash() {
        return policyHash;
    }

    /** The caps of the deciding permit, narrowed by the feature's own ceilings. */
    public CallLimits limits() {
        return limits;
    }

    @Override
    public String toString() {
        return "Permit[" + feature + " by " + ruleIds.getFirst() + "]";
    }
}
