package dev.mcpgateway.gateway.model.doctor;

import static dev.mcpgateway.gateway.model.doctor.Finding.fault;
import static dev.mcpgateway.gateway.model.doctor.Finding.good;
import static dev.mcpgateway.gateway.model.doctor.Finding.open;

import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.model.route.Served;
import dev.mcpgateway.gateway.model.route.Skip;
import dev.mcpgateway.gateway.model.route.TargetKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares what came of a probe with what was to come: of the answer. What was kept of it is {@link Books}'. */
final class Checks {
    /** A short request is never billed at so much; what it is made of differs by model. */
    private static final long INPUT_TOKENS_MAX = 400;

    /** What keeps a target from such a call however well it is: by the configuration, and by the policy. */
    private static final Set<Skip.Why> PLANNED = Set.of(Skip.Why.PROTOCOL, Skip.Why.CAPABILITY, Skip.Why.RESIDENCY);

    private final Probe probe;
    private final Outcome outcome;
    private final Routing routing;
    private final List<Finding> findings = new ArrayList<>();

    private Checks(Probe probe, Outcome outcome, Routing routing) {
        this.probe = probe;
        this.outcome = outcome;
        this.routing = routing;
    }

    static List<Finding> of(Probe probe, Outcome outcome, Routing routing) {
        Checks checks = new Checks(probe, outcome, routing);
        if (outcome.error().isPresent()) {
            checks.findings.add(Refusals.finding(outcome.error().get(), probe));
        } else {
            checks.findings.add(
                    good("answer", probe.way() == Probe.Way.STREAMED ? "complete, with its last event" : "complete"));
            ModelFacts facts = outcome.seen().facts().orElse(ModelFacts.NONE);
            Models.Target by = outcome.seen().target().orElse(probe.target());
            checks.route(by);
            checks.attempts();
            checks.model(by, facts);
            checks.resends(facts);
            checks.requestId();
            checks.told(by, facts);
            checks.usage(facts.usage());
            if (probe.way() != Probe.Way.EMBEDDINGS) {
                checks.ending(facts);
                checks.mark(facts);
            }
        }
        checks.findings.addAll(Books.of(outcome));
        return checks.findings;
    }

    /** An answer by somebody else than was to be asked first is an answer with status 200, too. */
    private void route(Models.Target by) {
        TargetKey answered = TargetKey.of(by);
        String planned =
                probe.isOfRoute() ? planned() : TargetKey.of(probe.target()).toString();
        List<String> detours =
                outcome
                        .recorded()
                        .map(recorded -> recorded.steps(Set.of("fallback", "reroute")))
                        .orElse(List.of())
                        .stream()
                        .filter(step -> PLANNED.stream().noneMatch(why -> step.endsWith(": " + why.text())))
                        .toList();
        if (!answered.toString().equals(planned) || !detours.isEmpty()) {
            findings.add(fault(
                    "route",
                    "planned " + planned + ", answered by " + answered + (detours.isEmpty() ? "" : "; ")
                            + String.join("; ", detours),
                    "see what ails " + planned + ": mcp-gateway models health, mcp-gateway models why "
                            + outcome.call()));
        } else {
            findings.add(good("route", "answered by " + answered));
        }
    }

    private String planned() {
        return outcome.recorded()
                .map(recorded -> recorded.ofIntent("model.provider") + "/" + recorded.ofIntent("model.name"))
                .orElse("");
    }

    private void attempts() {
        String told = outcome.header("x-gateway-attempts");
        int most = probe.attemptsMax(routing);
        int made = told.matches("[0-9]{1,4}") ? Integer.parseInt(told) : 0;
        if (made < 1 || made > most) {
            findings.add(fault(
                    "attempts",
                    "x-gateway-attempts says '" + told + "', and 1 to " + most + " may be made",
                    "report it: the limits of models.routing do not hold"));
        } else if (made > 1) {
            findings.add(open(
                    "attempts",
                    made + " of at most " + most,
                    "ask again; if it stays so, the provider fails now and then: mcp-gateway models why "
                            + outcome.call()));
        } else {
            findings.add(good("attempts", "1 of at most " + most));
        }
    }

    private void model(Models.Target by, ModelFacts facts) {
        if (facts.servedModel().isEmpty()) {
            findings.add(open(
                    "model",
                    "the answer does not name the model that gave it",
                    "ask the provider, or the proxy before it, why: a wrong model would not be seen"));
        } else if (Served.matches(by, facts.servedModel())) {
            findings.add(good("model", "asked for " + by.model() + ", served by " + facts.servedModel()));
        } else {
            findings.add(
                    fault(
                            "model",
                            "asked for " + by.model() + ", served by " + facts.servedModel(),
                            "if that is right, list it in served_as of the target; if not, mismatch: fail withholds such answers"));
        }
    }

    /** One that says nothing may have done it all the same, which is why nothing is called good here. */
    private void resends(ModelFacts facts) {
        if (facts.resends() > 0) {
            findings.add(fault(
                    "retries",
                    "a proxy on the way to the model says that it sent the request again, " + facts.resends()
                            + " times: the provider has seen more calls than are counted here",
                    "switch its retries and fallbacks off, so that models.routing alone decides on them"));
        }
    }

    private void requestId() {
        String name = outcome.header("request-id").isEmpty() ? "x-request-id" : "request-id";
        String id = outcome.header(name);
        if (!id.isEmpty()) {
            findings.add(good("request id", name + " " + id));
            return;
        }
        switch (probe.kind()) {
            case OPENAI, ANTHROPIC, AZURE_OPENAI, BEDROCK ->
                findings.add(fault(
                        "request id",
                        "the provider's id of the request is not there, which such a provider always sends",
                        "look what is between: something strips header fields, or is not that provider"));
            case OPENAI_COMPATIBLE, GEMINI ->
                findings.add(open("request id", "none; not all such servers send one", ""));
        }
    }

    /** What agents are told in header fields is what the answer says. */
    private void told(Models.Target by, ModelFacts facts) {
        String served = outcome.header("x-gateway-served-model");
        // a router of Bedrock's names its choice in the last event, and the head was gone by then
        boolean isEarly = probe.way() == Probe.Way.STREAMED && served.equals(by.model());
        boolean isTold = outcome.header("x-gateway-call-id").equals(outcome.call())
                && (isEarly || served.equals(facts.servedModel()));
        String dropped = outcome.header("x-gateway-dropped");
        if (!isTold) {
            findings.add(fault(
                    "headers",
                    "x-gateway-call-id or x-gateway-served-model is missing or says something else than the answer",
                    "report it: agents are told less than they should be"));
        } else if (!dropped.isEmpty()) {
            findings.add(fault("headers", "not passed on: " + dropped, "look at the provider's translation"));
        } else {
            findings.add(good("headers", "call id, served model and attempts are told"));
        }
    }

    private void usage(ModelUsage usage) {
        if (!usage.isKnown()) {
            findings.add(fault(
                    "usage",
                    "the answer does not say how many tokens it used, so its cost is an estimate",
                    probe.way() == Probe.Way.STREAMED
                            ? "set include_usage, or see what strips the last events of the stream"
                            : "see what strips it on the way, or correct the server"));
        } else if (usage.output() > 2 * Probe.OUTPUT_TOKENS) {
            findings.add(fault(
                    "usage",
                    usage.output() + " tokens of answer, and at most " + Probe.OUTPUT_TOKENS + " were asked for",
                    "budgets rest on that limit: see what strips it from the request on the way"));
        } else if (usage.input() > INPUT_TOKENS_MAX) {
            findings.add(open(
                    "usage",
                    usage.input() + " tokens are billed for a request of one sentence",
                    "ask who adds to requests on the way"));
        } else {
            findings.add(good("usage", usage.input() + " tokens in, " + usage.output() + " out"));
        }
    }

    private void ending(ModelFacts facts) {
        findings.add(
                facts.finishReason().isEmpty()
                        ? fault(
                                "end",
                                "the answer does not say why it ended, so one that was cut short would not be seen",
                                "see what strips it on the way, or correct the server")
                        : good("end", facts.finishReason()));
    }

    /** Models that think spend so short an answer on thoughts; small ones add words. */
    private void mark(ModelFacts facts) {
        String words = outcome.seen().words();
        if (words.contains(outcome.mark())) {
            findings.add(good("mark", "the word that was asked for came back"));
        } else if (words.isBlank() || facts.finishReason().matches("(?i)length|max_tokens")) {
            findings.add(open("mark", "the answer ended before the word that was asked for", ""));
        } else {
            findings.add(open(
                    "mark",
                    "the answer is another one than was asked for",
                    "a small model may do that; else look for a cache on the way that answers in its place"));
        }
    }
}
