package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.CallerPlaces;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.model.incident.Mode;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Residency;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a call of a model up to RECORD, none of which asks a provider: may it, does it fit, is there a place and
 * money for it, and is its answer there already. A refusal is recorded here.
 */
final class ModelAdmission {
    private final ModelTable models;
    private final Safety safety;
    private final Admission admission;
    private final Guardrails guardrails;
    private final Budgets budgets;
    private final ModelCache cache;
    private final ModelEvidence evidence;
    private final ModelRecords records;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final int callsPerMinute;
    private final CallerPlaces places;
    private final KeptState kept;

    ModelAdmission(
            ModelTable models,
            Safety safety,
            Admission admission,
            Guardrails guardrails,
            Budgets budgets,
            ModelCache cache,
            ModelEvidence evidence,
            ModelRecords records,
            Telemetry telemetry,
            InstantSource clock,
            int callsPerMinute,
            CallerPlaces places,
            KeptState kept) {
        this.models = models;
        this.safety = safety;
        this.admission = admission;
        this.guardrails = guardrails;
        this.budgets = budgets;
        this.cache = cache;
        this.evidence = evidence;
        this.records = records;
        this.telemetry = telemetry;
        this.clock = clock;
        this.callsPerMinute = callsPerMinute;
        this.places = places;
        this.kept = kept;
    }

    /**
     * Proves that a call may go on, and sets aside what it needs.
     *
     * @throws Refused already recorded
     */
    Admitted admit(Policy policy, ModelAsk ask, CallTrace trace) {
        Guardrails.OnCall guard = Guardrails.OnCall.NOT_BEGUN;
        Admission.Place place = () -> {};
        boolean admitted = false;
        try {
            trace.enter(Stage.LOCATE);
            // once: what is asked in safe mode is screened as it demands, whenever that begins or ends
            Mode mode = safety.mode();
            Observed observed = evidence.observing().of(policy, ask);
            Permit permit = permit(policy, ask, observed);
            if (models.find(permit.feature().own()) == null) {
                throw new Refused(Reason.UNKNOWN_MODEL);
            }
            // a count costs nothing: a flood of large requests must not be screened first
            trace.enter(Stage.ADMIT);
            observed.limit(() -> admission.rate(
                    ask.caller().key(),
                    permit.feature().canonical(),
                    Safety.callsPerMinute(mode, permit.limits().callsPerMinute().orElse(callsPerMinute))));
            place = places.take(ask.caller().key());
            trace.enter(Stage.CHECK);
            guard = guardrails.begin(policy, permit, ask.request(), mode.guardrails());
            ModelAsk checked = ask.with(guard.request());
            trace.enter(Stage.ROUTE);
            Plan plan = hedged(
                    Safety.plan(mode, permit.feature().own(), checked, residency(policy, permit, ask), models),
                    checked,
                    observed);
            StoredState.require(checked.request(), plan);
            Admitted all = reserved(checked.to(plan, kept), plan, permit, guard, place, observed, policy.hash(), trace);
            admitted = true;
            return all;
        } catch (Refused refused) {
            throw records.refused(
                    ask, refused.why(), trace.stage(), policy.hash(), ModelRecords.traceRef(trace), guard.seen());
        } finally {
            if (!admitted) {
                place.close();
            }
        }
    }

    /** Of a question about another call its data's, too. */
    private static Residency residency(Policy policy, Permit permit, ModelAsk ask) {
        Residency own = policy.residency(permit.subject(), permit.feature());
        return ask.about()
                .map(about -> own.and(policy.residency(about.asker().subject(), FeatureName.model(about.model()))))
                .orElse(own);
    }

    /** Two at once are asked only for agents who pay for it, and for what the one that loses does not go on with. */
    private static Plan hedged(Plan plan, ModelAsk ask, Observed observed) {
        boolean may = plan.hedge().isEmpty()
                || (observed.isHeld() && !(ask.exchange() instanceof OwnExchange) && StoredState.leavesNothing(ask));
        return may ? plan : plan.unhedged();
    }

    /** From here on the reservation is given back whatever happens. */
    private Admitted reserved(
            ModelAsk ask,
            Plan plan,
            Permit permit,
            Guardrails.OnCall guard,
            Admission.Place place,
            Observed observed,
            String policyHash,
            CallTrace trace) {
        Reservation reservation = Reservation.FREE;
        ModelCache.Lookup cached = ModelCache.Lookup.OFF;
        boolean admitted = false;
        try {
            trace.enter(Stage.BUDGET);
            reservation = observed.reserve(budgets, ask, permit, plan);
            trace.enter(Stage.CACHE);
            cached = cache.find(ask, permit, policyHash);
            trace.enter(Stage.RECORD);
            ContentKeeper.OnCall content = evidence.content().begin(ask, permit);
            admitted = true;
            return new Admitted(ask, plan, permit, guard, place, reservation, cached, content, observed);
        } finally {
            if (!admitted) {
                ContentKeeper.OnCall nothing = ContentKeeper.OnCall.NOTHING;
                new Admitted(ask, plan, permit, guard, place, reservation, cached, nothing, observed).close();
            }
        }
    }

    /** Who may not call a model learns nothing about it, not even whether there is one. */
    private Permit permit(Policy policy, ModelAsk ask, Observed observed) {
        FeatureName model = FeatureName.parse(
                        FeatureKind.MODEL, FeatureName.MODELS + ask.request().model())
                .orElseThrow(() -> new Refused(Reason.UNKNOWN_MODEL));
        Decision decision = policy.decideModel(ask.asker().subject(), model, clock.instant());
        return switch (observed.instead(decision)) {
            case Decision.Allow(Permit permit) -> {
                telemetry.decided("allow");
                yield permit;
            }
            case Decision.Deny(String reason, @Nullable String ruleId) -> {
                telemetry.decided("hidden");
                throw new Refused(Refusal.of(
                        models.find(model.own()) == null ? Reason.UNKNOWN_MODEL : Reason.MODEL_HIDDEN,
                        ruleId == null ? reason : reason + " by " + ruleId));
            }
            case Decision.NeedsScope(var scopes) -> {
                telemetry.decided("needs_scope");
                throw new Refused(
                        models.find(model.own()) == null
                                ? Refusal.of(Reason.UNKNOWN_MODEL)
                                : Refusal.needsScope(scopes));
            }
        };
    }
}
