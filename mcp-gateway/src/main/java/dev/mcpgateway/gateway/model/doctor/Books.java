package dev.mcpgateway.gateway.model.doctor;

import static dev.mcpgateway.gateway.model.doctor.Finding.fault;
import static dev.mcpgateway.gateway.model.doctor.Finding.good;
import static dev.mcpgateway.gateway.model.doctor.Finding.open;

import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.gateway.model.money.Used;
import java.util.ArrayList;
import java.util.List;

/** Compares what was kept of a probe with what came of it: its records, its trace and its cost. */
final class Books {
    private static final String REPORT = "report it: records and calls must not differ";

    private Books() {}

    static List<Finding> of(Outcome outcome) {
        List<Finding> findings = new ArrayList<>();
        if (outcome.recorded().isEmpty()) {
            findings.add(open("audit", "the audit log could not be read", "mcp-gateway audit verify"));
        } else {
            Recorded recorded = outcome.recorded().get();
            findings.add(audit(outcome, recorded));
            if (recorded.intent().isPresent()) {
                findings.add(trace(outcome, recorded));
            }
            findings.add(ledger(outcome, recorded));
        }
        return findings;
    }

    private static Finding audit(Outcome outcome, Recorded recorded) {
        boolean wasRefused = recorded.ofEnd("ev").equals("llm.call.denied");
        if (recorded.end().isEmpty() || (recorded.intent().isEmpty() && !wasRefused)) {
            return fault(
                    "audit",
                    "the log has no " + (recorded.intent().isEmpty() ? "intent" : "end") + " of call " + outcome.call(),
                    REPORT);
        }
        List<String> differences = new ArrayList<>();
        if (outcome.error().isPresent()) {
            differ(
                    differences,
                    "error",
                    recorded.ofEnd(wasRefused ? "detail.reason" : "outcome.error"),
                    outcome.error().get());
        } else {
            answered(differences, outcome, recorded);
        }
        return differences.isEmpty()
                ? good("audit", "intent and end are recorded, and say the same")
                : fault("audit", String.join("; ", differences), REPORT);
    }

    private static void answered(List<String> differences, Outcome outcome, Recorded recorded) {
        ModelFacts facts = outcome.seen().facts().orElse(ModelFacts.NONE);
        ModelUsage usage = facts.usage();
        outcome.seen().target().ifPresent(by -> {
            differ(differences, "provider", recorded.ofEnd("model.by.provider"), by.provider());
            differ(differences, "model", recorded.ofEnd("model.by.name"), by.model());
        });
        differ(differences, "served", recorded.ofEnd("model.served"), facts.servedModel());
        differ(differences, "attempts", recorded.ofEnd("model.attempts"), outcome.header("x-gateway-attempts"));
        if (usage.isKnown()) {
            differ(differences, "input", recorded.ofEnd("model.usage.input"), Long.toString(usage.input()));
            differ(differences, "output", recorded.ofEnd("model.usage.output"), Long.toString(usage.output()));
        }
    }

    private static void differ(List<String> differences, String what, String recorded, String seen) {
        if (!recorded.equals(seen)) {
            differences.add(what + " is recorded as '" + recorded + "' and was '" + seen + "'");
        }
    }

    private static Finding trace(Outcome outcome, Recorded recorded) {
        return recorded.ofIntent("trace.traceparent").contains("-" + outcome.trace() + "-")
                ? good("trace", outcome.trace())
                : fault("trace", "the record does not name the trace that the call was made in", REPORT);
    }

    /** A refusal costs nothing, and nothing else is put down to who probes. */
    private static Finding ledger(Outcome outcome, Recorded recorded) {
        if (outcome.spent().isEmpty()) {
            return open("ledger", "the ledger could not be read", "GET /usage of the operators' port");
        }
        Used spent = outcome.spent().get();
        long recordedCost = recorded.number("/model/cost_nano_usd");
        if (recorded.intent().isPresent() && recordedCost < 0) {
            return fault("ledger", "the call has no price, so no budget of money counts it", "add a row to the prices");
        }
        if (spent.nanoUsd() != Math.max(0, recordedCost)) {
            return fault(
                    "ledger",
                    "USD " + Usd.text(spent.nanoUsd()) + " were put down, and the record says "
                            + Usd.text(Math.max(0, recordedCost)),
                    REPORT);
        }
        return good(
                "ledger",
                "USD " + Usd.text(spent.nanoUsd()) + (spent.estimated() > 0 ? ", an estimate" : "") + ", as recorded");
    }
}
