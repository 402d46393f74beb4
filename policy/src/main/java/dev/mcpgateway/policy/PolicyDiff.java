package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What another policy would do to whom. It compares decisions and not texts, for callers and features that are given: what
 * it does not find is the same for those, and for nobody else. It proves nothing and permits nothing.
 */
public final class PolicyDiff {
    /** Stands for whatever {@code *} may stand for. */
    public static final String ANY = "any";

    private PolicyDiff() {}

    /** What a difference is. */
    public enum Kind {
        /** The use was refused and would be permitted. */
        GAINS,
        /** The use was permitted and would be refused. */
        LOSES,
        /** It is permitted by both, with other caps. */
        LIMITS,
        /** It is permitted by both, with other guardrails of models. */
        GUARDRAILS
    }

    /**
     * A caller.
     *
     * @param name what it is called, for people
     * @param isTypical whether it stands for all who are so; what is told of it is not told again of those who are more
     */
    public record Who(String name, Subject subject, boolean isTypical) {}

    /**
     * A difference.
     *
     * @param before what is said now, in words
     * @param after what would be said
     */
    public record Change(Kind kind, Who who, FeatureName feature, String before, String after) {}

    /**
     * What holds for a feature whoever uses it.
     *
     * @param before what only holds now, in words
     * @param after what only would hold
     */
    public record Setting(FeatureName feature, String before, String after) {}

    /**
     * Differences of read-only, of what happens to large results and of screening, in the order of the features; models have
     * none. Ceilings are told of those whom they bind, by {@link #of}.
     */
    public static List<Setting> settings(Policy before, Policy after, Collection<FeatureName> features) {
        List<Setting> changes = new ArrayList<>();
        for (FeatureName feature : features) {
            List<String> was = words(before.settings(feature));
            List<String> is = words(after.settings(feature));
            if (feature.kind() != FeatureKind.MODEL && !was.equals(is)) {
                changes.add(new Setting(feature, only(was, is), only(is, was)));
            }
        }
        return changes;
    }

    /** The differences, in the order of the callers and of the features. */
    public static List<Change> of(
            Policy before, Policy after, Collection<Who> callers, Collection<FeatureName> features, Instant now) {
        List<Change> changes = new ArrayList<>();
        for (Who who : callers) {
            for (FeatureName feature : features) {
                compare(
                        who,
                        before.explain(who.subject(), feature, null, now),
                        after.explain(who.subject(), feature, null, now),
                        changes);
                if (feature.kind() == FeatureKind.MODEL) {
                    guardrails(before, after, who, feature, now, changes);
                }
            }
        }
        return withoutRepetition(changes);
    }

    /** What becomes of all who are something is no news of those who are something else besides. */
    private static List<Change> withoutRepetition(List<Change> changes) {
        record Alike(Kind kind, FeatureName feature, String before, String after) {}
        Map<Alike, List<Subject>> told = new HashMap<>();
        List<Change> kept = new ArrayList<>();
        for (Change change : changes) {
            Subject subject = change.who().subject();
            if (change.who().isTypical()) {
                List<Subject> before = told.computeIfAbsent(
                        new Alike(change.kind(), change.feature(), change.before(), change.after()),
                        _ -> new ArrayList<>());
                if (before.stream().anyMatch(less -> isAlso(subject, less))) {
                    continue;
                }
                before.add(subject);
            }
            kept.add(change);
        }
        return kept;
    }

    private static boolean isAlso(Subject subject, Subject less) {
        return isSame(subject.issuer(), less.issuer())
                && isSame(subject.subject(), less.subject())
                && isSame(subject.tenant(), less.tenant())
                && (less.clientId() == null || less.clientId().equals(subject.clientId()))
                && subject.groups().containsAll(less.groups())
                && subject.scopes().containsAll(less.scopes())
                && subject.claims().entrySet().containsAll(less.claims().entrySet());
    }

    private static boolean isSame(String text, String less) {
        return less.isEmpty() || less.equals(text);
    }

    /**
     * What policies speak of: names that their rules, {@code tools:} and {@code screening:} write out (the latter two as tools),
     * these models, and for each pattern with {@code *} a name that it names, with {@value #ANY} in its place.
     *
     * @param upstreams aliases that {@code *} alone stands for
     * @param models aliases of the models that there are, and then no others are looked at; none where that is not known
     */
    public static List<FeatureName> features(
            Collection<Policy> policies, Collection<String> upstreams, Collection<String> models) {
        Set<FeatureName> features = new LinkedHashSet<>();
        models.forEach(model -> features.add(FeatureName.model(model)));
        // what is said of all tools holds for those of servers, too, that nobody named here
        Collection<String> named = upstreams.isEmpty() ? Set.of(ANY) : upstreams;
        for (Policy policy : policies) {
            for (Rule rule : policy.rules()) {
                for (Action action : rule.actions()) {
                    if (action != Action.SAMPLE) {
                        rule.resources().forEach(pattern -> add(action.kind(), pattern, upstreams, models, features));
                    }
                }
            }
            policy.entries()
                    .forEach(entry ->
                            entry.names().forEach(pattern -> add(FeatureKind.TOOL, pattern, named, models, features)));
        }
        return List.copyOf(features);
    }

    private static void add(
            FeatureKind kind,
            FeaturePattern pattern,
            Collection<String> upstreams,
            Collection<String> models,
            Set<FeatureName> features) {
        boolean ofModels = kind == FeatureKind.MODEL;
        if (pattern.isEverything() && !ofModels) {
            upstreams.forEach(alias -> features.add(new FeatureName(kind, alias, ANY)));
        } else if (pattern.isOfModels() == ofModels && (!ofModels || models.isEmpty())) {
            FeatureName.parse(kind, pattern.toString().replace("*", ANY).replace('?', 'a'))
                    .ifPresent(features::add);
        }
    }

    private static void compare(Who who, Explanation before, Explanation after, List<Change> changes) {
        boolean was = before.verdict() == Explanation.Verdict.PERMIT;
        boolean is = after.verdict() == Explanation.Verdict.PERMIT;
        if (was != is) {
            changes.add(new Change(is ? Kind.GAINS : Kind.LOSES, who, before.feature(), words(before), words(after)));
        } else if (was && !before.limits().equals(after.limits())) {
            changes.add(new Change(Kind.LIMITS, who, before.feature(), words(before.limits()), words(after.limits())));
        }
    }

    private static void guardrails(
            Policy before, Policy after, Who who, FeatureName model, Instant now, List<Change> changes) {
        List<String> was = words(before, who.subject(), model);
        List<String> is = words(after, who.subject(), model);
        if (!was.equals(is)
                && before.decideModel(who.subject(), model, now) instanceof Decision.Allow
                && after.decideModel(who.subject(), model, now) instanceof Decision.Allow) {
            changes.add(new Change(Kind.GUARDRAILS, who, model, only(was, is), only(is, was)));
        }
    }

    /** Those that the others do not have: of long lists nobody finds what differs. */
    private static String only(List<String> some, List<String> others) {
        List<String> different =
                some.stream().filter(each -> !others.contains(each)).toList();
        return different.isEmpty() ? "nothing" : String.join(", ", different);
    }

    private static String words(Explanation explanation) {
        String verdict = explanation.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return verdict + explanation.decidingRule().map(rule -> " by " + rule).orElse("");
    }

    private static String words(CallLimits limits) {
        List<String> words = new ArrayList<>();
        limits.callsPerMinute().ifPresent(calls -> words.add(calls + " calls a minute"));
        limits.resultBytesMax().ifPresent(bytes -> words.add(bytes + " bytes of a result"));
        return words.isEmpty() ? "no caps of its own" : String.join(", ", words);
    }

    private static List<String> words(ToolSettings settings) {
        List<String> words = new ArrayList<>();
        words.add(settings.readOnly() ? "read-only" : "not read-only");
        words.add(lower(settings.onLargeResult()) + " large results");
        rule("injection", settings.screening().injection(), words);
        rule("hidden", settings.screening().hidden(), words);
        return words;
    }

    private static List<String> words(Policy policy, Subject subject, FeatureName model) {
        List<String> words = new ArrayList<>();
        Residency residency = policy.residency(subject, model);
        if (!residency.isAnywhere()) {
            words.add("data only in " + residency.words());
        }
        ModelRules rules = policy.modelRules(subject, model);
        screening("requests", rules.requests(), words);
        screening("answers", rules.answers(), words);
        if (rules.userIsUntrusted()) {
            words.add("users are screened");
        }
        if (rules.tokenInput() != TokenInput.UNSAID) {
            words.add("token input " + lower(rules.tokenInput()));
        }
        rules.outputTokensMax().ifPresent(most -> words.add("output at most " + most + " tokens"));
        rules.inputBytesMax().ifPresent(most -> words.add("input at most " + most + " bytes"));
        rules.tools()
                .forEach(names -> words.add(
                        "tools " + (names.patterns().isEmpty() ? "none" : String.join(" ", names.patterns()))));
        return words;
    }

    private static void screening(String what, TextScreening screening, List<String> words) {
        rule(what + " injection", screening.injection(), words);
        rule(what + " hidden", screening.hidden(), words);
        for (TextRule list : screening.lists()) {
            rule(what + " list " + list.id() + " (" + String.join(" ", list.expressions()) + ")", list.rule(), words);
        }
    }

    private static void rule(String what, ScreenRule rule, List<String> words) {
        if (rule.mode() != ScreenMode.OFF) {
            words.add(what + " " + lower(rule.mode()) + " " + lower(rule.action()));
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
