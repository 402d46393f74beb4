package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.model.Guardrails;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.screen.PatternSet;

/**
 * The guardrails that the policy's {@code models:} names. The rules of a call are those of the policy that permitted it,
 * to its end, with what holds beside it in safe mode. A call that nothing is about passes untouched.
 */
public final class PolicyGuardrails implements Guardrails {
    private final PatternSet patterns;
    private final Bounds bounds;
    private final Telemetry telemetry;

    /**
     * What one call may hold.
     *
     * @param answerBytesMax most bytes of an answer, and of what is held back of a stream
     * @param jsonDepthMax levels of JSON
     */
    public record Bounds(int answerBytesMax, int jsonDepthMax) {}

    /** Guardrails with {@code patterns} for orders and hidden text. */
    public PolicyGuardrails(PatternSet patterns, Bounds bounds, Telemetry telemetry) {
        this.patterns = patterns;
        this.bounds = bounds;
        this.telemetry = telemetry;
    }

    @Override
    public OnCall begin(Policy policy, Permit permit, ModelRequest request, ModelRules further) {
        ModelRules rules = policy.modelRules(permit.subject(), permit.feature()).strictest(further);
        return rules.equals(ModelRules.NONE)
                ? new OnCall.Untouched(request)
                : new GuardedCall(rules, permit, request, patterns, bounds, telemetry);
    }
}
