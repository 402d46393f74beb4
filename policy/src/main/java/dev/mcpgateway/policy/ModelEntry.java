package dev.mcpgateway.policy;

import java.util.List;

/**
 * One entry of a policy about calls of models; several may be about the same call.
 *
 * @param names the models it is about
 * @param callers the callers it is about, who are those for whom all conditions hold; everybody when there are none
 * @param rules what holds for those calls
 * @param residency where their data may go
 */
public record ModelEntry(
        List<FeaturePattern> names, List<CallerCondition> callers, ModelRules rules, Residency residency) {

    /** Copies the lists. */
    public ModelEntry {
        names = List.copyOf(names);
        callers = List.copyOf(callers);
    }

    /** A condition that cannot be evaluated counts as holding: leaving an entry out would allow more than was written. */
    boolean isAbout(Subject subject, FeatureName model) {
        return names.stream().anyMatch(pattern -> pattern.matches(model))
                && callers.stream().noneMatch(condition -> condition.test(subject) == Truth.FALSE);
    }
}
