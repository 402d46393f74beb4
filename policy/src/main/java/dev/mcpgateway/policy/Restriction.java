package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Some callers' use of the gateway, reduced for the moment to what changes nothing, whatever rules permit: features that
 * the operator classed read-only ({@link ToolSettings#readOnly}) and the models named here. Everything else is as if it were not
 * there, and no model is asked for a tool. It permits nothing that rules do not.
 */
public final class Restriction {
    private final Rule forbid;
    private final Set<String> models;
    private final CallLimits limits;

    /**
     * A restriction of callers for whom all conditions hold, or cannot be evaluated.
     *
     * @param id how decisions name it, as the id of a rule
     * @param callers at least one condition
     * @param models aliases of the models that stay
     * @param callsPerMinute most calls of one caller to one feature, as far as rules do not say less
     */
    public Restriction(String id, List<CallerCondition> callers, Set<String> models, OptionalInt callsPerMinute) {
        if (callers.isEmpty()) {
            throw new IllegalArgumentException("a restriction is about somebody: " + id);
        }
        this.forbid = new Rule(
                id,
                Effect.FORBID,
                callers,
                EnumSet.allOf(Action.class),
                List.of(FeaturePattern.EVERYTHING),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);
        this.models = Set.copyOf(models);
        this.limits = new CallLimits(callsPerMinute, OptionalLong.empty());
    }

    Rule forbid() {
        return forbid;
    }

    Truth covers(Subject subject, Instant now) {
        return forbid.matches(subject, now);
    }

    boolean leaves(Action action, FeatureName feature, ToolSettings settings) {
        return switch (action) {
            case CALL_MODEL -> models.contains(feature.own());
            case SAMPLE -> false;
            case CALL_TOOL, GET_PROMPT, READ_RESOURCE -> settings.readOnly();
        };
    }

    CallLimits limits() {
        return limits;
    }
}
