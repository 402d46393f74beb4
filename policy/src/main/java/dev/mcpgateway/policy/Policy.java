package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rule set: who may use which tool, prompt and resource. Immutable and safe for use by many threads; the semantics are those of
 * {@link dev.mcpgateway.policy}.
 *
 * <p>{@link #decide}, {@link #visibility}, {@link #visible} and {@link #explain} all rest on one evaluation, so that what
 * is listed and what may be called cannot come apart.
 */
public final class Policy {

    /** How the URIs of MCP Apps begin. */
    public static final String APP_SCHEME = "ui://";

    /** SHA-256 of nothing: the hash of a policy read from no files. */
    private static final String HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final PolicyRules rules;
    private final Map<Action, RuleIndex> indexes = new EnumMap<>(Action.class);
    private final SettingsIndex settings;
    private final NavigableSet<Instant> changes = new TreeSet<>();
    private final List<Restriction> restrictions;

    private Policy(PolicyRules rules, List<Restriction> restrictions) {
        this.rules = rules;
        this.restrictions = List.copyOf(restrictions);
        for (Action action : Action.values()) {
            indexes.put(action, new RuleIndex(action, rules.rules()));
        }
        this.settings = new SettingsIndex(rules.entries());
        for (Rule rule : rules.rules()) {
            changes.add(rule.validity().from());
            changes.add(rule.validity().until());
        }
    }

    /** The policy that allows nothing. */
    public static Policy denyAll() {
        return of(new PolicyRules(List.of(), List.of(), HASH_OF_NOTHING));
    }

    /** The policy of {@code rules}. */
    public static Policy of(PolicyRules rules) {
        return new Policy(rules, List.of());
    }

    /**
     * The same policy, narrowed by rules that somebody set for the moment, such as an operator who stops a tool. It keeps
     * its {@link #hash}, which names what was written.
     *
     * @param forbids rules that only forbid, with ids of their own
     * @throws IllegalArgumentException if one of them permits, or an id is repeated
     */
    public Policy narrowed(List<Rule> forbids) {
        if (forbids.isEmpty()) {
            return this;
        }
        List<Rule> all = new ArrayList<>(rules.rules());
        for (Rule rule : forbids) {
            if (rule.effect() != Effect.FORBID) {
                throw new IllegalArgumentException("only forbids narrow: " + rule.id());
            }
            all.add(rule);
        }
        return new Policy(new PolicyRules(all, rules.entries(), rules.models(), rules.hash()), restrictions);
    }

    /** The same policy with these restrictions and no others. It keeps its {@link #hash}, which names what was written. */
    public Policy restricted(List<Restriction> now) {
        return now.isEmpty() && restrictions.isEmpty() ? this : new Policy(rules, now);
    }

    /**
     * Whether the use may happen: {@code tools/call} of a tool, {@code prompts/get} of a prompt, {@code resources/read} of
     * a resource. Never throws for any facts.
     */
    public Decision decide(CallFacts facts) {
        return decision(evaluate(facts.subject(), facts.feature(), facts.now()), facts.subject(), facts.feature());
    }

    /**
     * Whether the caller may call a model. Nothing of the call itself is asked yet, so what is listed may be called.
     *
     * @throws IllegalArgumentException when {@code model} is none
     */
    public Decision decideModel(Subject subject, FeatureName model, Instant now) {
        requireKind(FeatureKind.MODEL, model);
        return decision(evaluate(subject, model, now), subject, model);
    }

    /** The decision for {@code feature} when {@code outcome} was found. */
    private Decision decision(Outcome outcome, Subject subject, FeatureName feature) {
        return switch (outcome) {
            case Outcome.Permitted(Rule deciding, List<String> others) ->
                new Decision.Allow(permit(subject, feature, deciding, others));
            case Outcome.Forbidden(Rule rule, boolean broken) ->
                new Decision.Deny(broken ? Decision.Deny.POLICY_ERROR : Decision.Deny.FORBIDDEN, rule.id());
            case Outcome.NotPermitted(boolean indirect) ->
                new Decision.Deny(indirect ? Decision.Deny.INDIRECT_URI : Decision.Deny.NO_PERMIT, null);
            case Outcome.ScopesMissing(Rule permit) -> new Decision.NeedsScope(permit.requiredScopes());
        };
    }

    /**
     * Whether the caller may read a resource because a tool shows it (MCP Apps, {@code _meta.ui.resourceUri}): the tool is
     * visible to the caller and no forbid names the resource; no rule needs to permit it. Otherwise what the policy says
     * of the tool, or the forbid. That the tool's definition names this very resource is for the gateway to know.
     *
     * @param tool the tool whose definition names the resource
     * @param uiResource a resource {@value #APP_SCHEME}… of the tool's own upstream; the permit is for it, with the tool's
     *     rules and caps, narrowed by the ceilings of the resource
     * @throws IllegalArgumentException for another kind of feature, another scheme or another upstream
     */
    public Decision follow(Subject subject, FeatureName tool, FeatureName uiResource, Instant now) {
        requireKind(FeatureKind.TOOL, tool);
        requireKind(FeatureKind.RESOURCE, uiResource);
        if (!uiResource.own().startsWith(APP_SCHEME) || !uiResource.alias().equals(tool.alias())) {
            throw new IllegalArgumentException("not a " + APP_SCHEME + " resource of the tool's upstream");
        }
        Outcome ofResource = evaluate(subject, uiResource, now);
        return decision(
                ofResource instanceof Outcome.Forbidden ? ofResource : evaluate(subject, tool, now),
                subject,
                uiResource);
    }

    /**
     * Whether the upstream may ask the caller's model for a completion while it runs {@code tool}: a permit with the action
     * {@code sampling/createMessage} names the tool, its scopes are there, and no forbid with that action matches.
     *
     * @throws IllegalArgumentException when {@code tool} is none
     */
    public boolean maySample(Subject subject, FeatureName tool, Instant now) {
        requireKind(FeatureKind.TOOL, tool);
        return evaluate(Action.SAMPLE, subject, tool, now) instanceof Outcome.Permitted;
    }

    private static void requireKind(FeatureKind kind, FeatureName name) {
        if (name.kind() != kind) {
            throw new IllegalArgumentException("not a " + kind + ": " + name.kind());
        }
    }

    /**
     * What the caller may know of the feature: hidden when a forbid matches or when no permit could match whatever scopes
     * the caller had. When several permits lack scopes, the one that needs the fewest more names them (the first by id on
     * a tie), all of them in one challenge as MCP 2026-07-28 "Scope Challenge Handling" asks.
     */
    public Visibility visibility(Subject subject, FeatureName feature, Instant now) {
        return visibility(evaluate(subject, feature, now));
    }

    private static Visibility visibility(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted _ -> new Visibility.Visible();
            case Outcome.Forbidden _, Outcome.NotPermitted _ -> new Visibility.Hidden();
            case Outcome.ScopesMissing(Rule permit) -> new Visibility.NeedsScope(permit.requiredScopes());
        };
    }

    /**
     * Until when, counted from {@code now}, time alone changes no decision: when the next rule begins or ends;
     * {@link Instant#MAX} when none does.
     */
    public Instant steadyUntil(Instant now) {
        Instant next = changes.higher(now);
        return next == null ? Instant.MAX : next;
    }

    /** Those of {@code features} that the caller may use, in their order. */
    public <T> Visible<T> visible(
            Subject subject, List<T> features, Function<? super T, FeatureName> name, Instant now) {
        List<T> visible = new ArrayList<>();
        for (T feature : features) {
            if (visibility(subject, name.apply(feature), now) instanceof Visibility.Visible) {
                visible.add(feature);
            }
        }
        return new Visible<>(visible);
    }

    /**
     * Those of {@code templates} of which {@link #seesTemplate} holds, in their order.
     *
     * @param name the name of a template: its URI template in place of a URI
     */
    public <T> Visible<T> visibleTemplates(
            Subject subject, List<T> templates, Function<? super T, FeatureName> name, Instant now) {
        List<T> visible = new ArrayList<>();
        for (T template : templates) {
            if (seesTemplate(subject, name.apply(template), now)) {
                visible.add(template);
            }
        }
        return new Visible<>(visible);
    }

    /**
     * Whether the caller may know of a resource template: some permit could name a resource of it and no forbid names all
     * of them, as far as the text before the first <code>{</code> tells. That is no right to read any of them: each read is
     * decided by its URI.
     *
     * @param template its URI template in place of a URI
     * @throws IllegalArgumentException when it is not of the kind of resources
     */
    public boolean seesTemplate(Subject subject, FeatureName template, Instant now) {
        requireKind(FeatureKind.RESOURCE, template);
        int variable = template.own().indexOf('{');
        if (variable < 0) {
            return visibility(subject, template, now) instanceof Visibility.Visible;
        }
        if (restriction(Action.READ_RESOURCE, subject, template, now) != null) {
            return false;
        }
        Sought sought = new Sought.Template(template.alias(), template.own().substring(0, variable));
        Evaluation evaluation = new Evaluation(subject, sought, now);
        index(Action.READ_RESOURCE).lookUpTemplate(template.alias(), evaluation);
        return evaluation.outcome() instanceof Outcome.Permitted;
    }

    /**
     * Why the policy decides as it does: every rule that names the feature, whether it matches or why not, and the one that
     * decides. {@code arguments} may be left out; no rule reads them yet.
     */
    public Explanation explain(
            Subject subject, FeatureName feature, @Nullable CheckedArguments arguments, Instant now) {
        Outcome outcome = evaluate(subject, feature, now);
        List<RuleTrace> traces = rules.rules().stream()
                .filter(rule -> rule.names(Action.of(feature.kind()), feature))
                .map(rule -> Explainer.trace(rule, subject, feature, now))
                .toList();
        CallLimits limits = outcome instanceof Outcome.Permitted(Rule deciding, List<String> _)
                ? limits(subject, feature, deciding)
                : CallLimits.NONE;
        return new Explanation(
                feature, verdict(outcome), decidingRule(outcome), visibility(outcome), limits, traces, hash());
    }

    private static Explanation.Verdict verdict(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted _ -> Explanation.Verdict.PERMIT;
            case Outcome.Forbidden(Rule _, boolean broken) ->
                broken ? Explanation.Verdict.POLICY_ERROR : Explanation.Verdict.FORBIDDEN;
            case Outcome.NotPermitted(boolean indirect) ->
                indirect ? Explanation.Verdict.INDIRECT_URI : Explanation.Verdict.NO_PERMIT;
            case Outcome.ScopesMissing _ -> Explanation.Verdict.NEEDS_SCOPE;
        };
    }

    private static Optional<String> decidingRule(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted(Rule deciding, List<String> _) -> Optional.of(deciding.id());
            case Outcome.Forbidden(Rule rule, boolean _) -> Optional.of(rule.id());
            case Outcome.ScopesMissing(Rule permit) -> Optional.of(permit.id());
            case Outcome.NotPermitted _ -> Optional.empty();
        };
    }

    /** What the operator says about a feature of any kind; {@link ToolSettings#DEFAULT} when nothing. */
    public ToolSettings settings(FeatureName feature) {
        return settings.of(feature);
    }

    /** What the operator says about this caller's calls of a model; {@link ModelRules#NONE} when nothing. */
    public ModelRules modelRules(Subject subject, FeatureName model) {
        requireKind(FeatureKind.MODEL, model);
        ModelRules all = ModelRules.NONE;
        for (ModelEntry entry : rules.models()) {
            if (entry.isAbout(subject, model)) {
                all = all.strictest(entry.rules());
            }
        }
        return all;
    }

    /** Where this caller's calls of a model may be served; {@link Residency#ANYWHERE} when nothing is said. */
    public Residency residency(Subject subject, FeatureName model) {
        requireKind(FeatureKind.MODEL, model);
        Residency all = Residency.ANYWHERE;
        for (ModelEntry entry : rules.models()) {
            if (!entry.residency().isAnywhere() && entry.isAbout(subject, model)) {
                all = all.and(entry.residency());
            }
        }
        return all;
    }

    /**
     * Identifies the rule set: for a policy read from files, the lower-case hexadecimal SHA-256 over, for each file in
     * the order given, its length as eight big-endian bytes and then its bytes. File names do not count.
     */
    public String hash() {
        return rules.hash();
    }

    /** The rules, in file order. */
    public List<Rule> rules() {
        return rules.rules();
    }

    /** What is said about features, in file order. */
    List<ToolEntry> entries() {
        return rules.entries();
    }

    /** Of whom the entries about models speak, one by one. */
    List<List<CallerCondition>> guardedCallers() {
        return rules.models().stream().map(ModelEntry::callers).toList();
    }

    private Outcome evaluate(Subject subject, FeatureName feature, Instant now) {
        return evaluate(Action.of(feature.kind()), subject, feature, now);
    }

    private Outcome evaluate(Action action, Subject subject, FeatureName feature, Instant now) {
        Outcome.Forbidden restricted = restriction(action, subject, feature, now);
        if (restricted != null) {
            return restricted;
        }
        Evaluation evaluation = new Evaluation(subject, new Sought.Feature(feature), now);
        index(action).lookUp(feature, evaluation);
        return evaluation.outcome();
    }

    /** The first restriction that leaves the caller without this; one that cannot be evaluated holds. */
    private Outcome.@Nullable Forbidden restriction(Action action, Subject subject, FeatureName feature, Instant now) {
        for (Restriction restriction : restrictions) {
            Truth covers = restriction.covers(subject, now);
            if (covers != Truth.FALSE && !restriction.leaves(action, feature, settings.of(feature))) {
                return new Outcome.Forbidden(restriction.forbid(), covers == Truth.ERROR);
            }
        }
        return null;
    }

    private RuleIndex index(Action action) {
        return Objects.requireNonNull(indexes.get(action));
    }

    private Permit permit(Subject subject, FeatureName feature, Rule deciding, List<String> others) {
        List<String> ruleIds = List.of(deciding.id());
        if (!others.isEmpty()) {
            List<String> all = new ArrayList<>(ruleIds);
            all.addAll(others);
            ruleIds = List.copyOf(all);
        }
        return new Permit(subject, feature, ruleIds, rules.hash(), limits(subject, feature, deciding));
    }

    private CallLimits limits(Subject subject, FeatureName feature, Rule deciding) {
        CallLimits limits = deciding.limits().narrowest(settings.of(feature).limits());
        for (Restriction restriction : restrictions) {
            if (restriction.covers(subject, Instant.MIN) != Truth.FALSE) {
                limits = limits.narrowest(restriction.limits());
            }
        }
        return limits;
    }
}
