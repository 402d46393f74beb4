package dev.mcpgateway.gateway.model.doctor;

import static dev.mcpgateway.gateway.model.doctor.Finding.fault;

import dev.mcpgateway.gateway.config.DoctorSettings;
import dev.mcpgateway.gateway.identity.OwnCaller;
import java.util.Map;

/** What to do about a probe that was not answered. */
final class Refusals {
    private static final String HEALTH = "mcp-gateway models health shows breakers and pauses";
    private static final String CREDENTIALS = "mcp-gateway credentials list shows keys and refusals";
    private static final Map<String, String> TODO = Map.ofEntries(
            Map.entry("over_budget", "models.doctor.daily_usd is spent, or the target is too dear for it"),
            Map.entry(
                    "budget_held",
                    "ask again when the calls are over that hold what is left of a budget of the doctor's"),
            Map.entry("no_price", "add a row to the prices: without one no budget of money lets a call through"),
            Map.entry("rate_limited", "wait a minute: limits.calls_per_minute holds for probes, too"),
            Map.entry("models_resting", HEALTH),
            Map.entry(
                    "no_model_fits",
                    "the target takes no such calls now, a rule of the alias leads elsewhere, or the policy's residency keeps"
                            + " the doctor's data from it; " + HEALTH),
            Map.entry(
                    "residency",
                    "the policy's models: entries let the doctor's data go to nobody who serves the model: compare their"
                            + " residency with that of providers and targets"),
            Map.entry("model_not_here", "the alias leads to no provider that takes such requests"),
            Map.entry("credential_unavailable", CREDENTIALS),
            Map.entry(
                    "upstream_down",
                    "see whether the provider can be reached from here, and whether allow_networks lets it"),
            Map.entry("upstream_timed_out", "see whether the provider answers in time, or raise its timeouts"),
            Map.entry(
                    "upstream_malformed",
                    "see what answers at its base_url: it is no such provider, or a proxy's page"),
            Map.entry("stream_broken", "see what ends streams on the way: an idle timeout of a proxy, a buffer"),
            Map.entry("provider_failed", "see the provider's status, and what is between"),
            Map.entry(
                    "provider_refused",
                    "see whether the provider has this model under that name, and takes such requests"),
            Map.entry(
                    "model_mismatch",
                    "the target says mismatch: fail, and another model answered: correct served_as, or the provider"),
            Map.entry("guardrail", "a guardrail of the policy refuses the probe's one sentence"),
            Map.entry("stopped", "a stop is in force for the doctor: mcp-gateway kill list"),
            Map.entry("audit_unavailable", "nothing is asked while nothing can be recorded: see the audit log's disk"));

    private Refusals() {}

    static Finding finding(String code, Probe probe) {
        return fault(
                "answer", "none: " + code, code.equals("model_hidden") ? rule(probe) : TODO.getOrDefault(code, ""));
    }

    private static String rule(Probe probe) {
        return "no rule lets the doctor ask: principals: {issuer: " + OwnCaller.ALIAS + ", subject: "
                + DoctorSettings.DOCTOR + "}, actions: [model/call], resources: [\"model:" + probe.alias() + "\"]";
    }
}
