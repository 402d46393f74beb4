package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Candidates of one bucket of the {@link RuleIndex}, by the first of subject, group and client id that a rule asks for.
 * A caller without that value cannot match the rule, so only what the caller has is looked up.
 */
final class CallerIndex {

    private final Map<String, List<Candidate>> bySubject = new HashMap<>();
    private final Map<String, List<Candidate>> byGroup = new HashMap<>();
    private final Map<String, List<Candidate>> byClient = new HashMap<>();
    private final List<Candidate> others = new ArrayList<>();

    void add(Candidate candidate) {
        Set<String> subjects = Set.of();
        Set<String> groups = Set.of();
        Set<String> clients = Set.of();
        for (CallerCondition condition : candidate.rule().callers()) {
            switch (condition) {
                case CallerCondition.SubjectIn(Set<String> values) -> subjects = values;
                case CallerCondition.InGroup(Set<String> values) -> groups = values;
                case CallerCondition.ClientIn(Set<String> values) -> clients = values;
                case CallerCondition.IssuerIn _, CallerCondition.ClaimIn _, CallerCondition.TenantIn _ -> {}
            }
        }
        if (!subjects.isEmpty()) {
            put(bySubject, subjects, candidate);
        } else if (!groups.isEmpty()) {
            put(byGroup, groups, candidate);
        } else if (!clients.isEmpty()) {
            put(byClient, clients, candidate);
        } else {
            others.add(candidate);
        }
    }

    private static void put(Map<String, List<Candidate>> map, Set<String> keys, Candidate candidate) {
        keys.forEach(
                key -> map.computeIfAbsent(key, absent -> new ArrayList<>()).add(candidate));
    }

    void lookUp(Evaluation evaluation) {
        Subject subject = evaluation.subject();
        evaluation.consider(others);
        if (!bySubject.isEmpty()) {
            evaluation.consider(bySubject.getOrDefault(subject.subject(), List.of()));
        }
        if (!byGroup.isEmpty()) {
            for (String group : subject.groups()) {
                evaluation.consider(byGroup.getOrDefault(group, List.of()));
            }
        }
        String clientId = subject.clientId();
        if (!byClient.isEmpty() && clientId != null) {
            evaluation.consider(byClient.getOrDefault(clientId, List.of()));
        }
    }
}
