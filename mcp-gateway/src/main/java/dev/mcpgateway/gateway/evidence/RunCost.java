package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.gateway.identity.OwnCaller;
import dev.mcpgateway.gateway.model.money.Usd;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each run of an agent used and cost: the calls of models and tools that came in one trace, told from the audit log. */
public final class RunCost {
    private static final int RUNS_MAX = 10_000;

    /** Calls whose end has not come; one that is begun and never ended stays until the report is made. */
    private static final int OPEN_MAX = 100_000;

    private static final int NAMES_MAX = 20;
    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-.*");
    private static final String NO_TRACE = "(none)";

    private final Map<String, Run> runs = new LinkedHashMap<>();
    private final Map<String, Run> open = new HashMap<>();
    private boolean cut;

    private static final class Run {
        private final Names agents = new Names(NAMES_MAX);
        private final Names users = new Names(NAMES_MAX);
        private final Names models = new Names(NAMES_MAX);
        private long modelCalls;
        private long toolCalls;
        private long input;
        private long output;
        private long nanoUsd;
        private long unpriced;
        private String first = "";
        private String last = "";
    }

    /**
     * A report, and what was wrong with the log.
     *
     * @param runs in the order of their beginnings; calls without a trace are one row
     * @param damaged places that could not be read
     * @param isCut whether there was more than fits
     */
    public record Report(Grid runs, List<String> damaged, boolean isCut) {
        /** Copies the list. */
        public Report {
            damaged = List.copyOf(damaged);
        }
    }

    private RunCost() {}

    /**
     * Reads the log once. Calls that began before count for nothing, and so do the gateway's own, which are about calls of a
     * run and no part of it.
     *
     * @throws IOException if it cannot be read
     */
    public static Report of(AuditReader log, Instant from, Instant to) throws IOException {
        RunCost cost = new RunCost();
        AuditReader.Result read = log.read(new AuditQuery(Set.of(), "", "", "", "", from, to, false, 0), cost::add);
        return new Report(
                new Grid(
                        List.of(
                                "run",
                                "agents",
                                "users",
                                "models",
                                "model_calls",
                                "tool_calls",
                                "input_tokens",
                                "output_tokens",
                                "usd",
                                "unpriced",
                                "first",
                                "last"),
                        cost.rows()),
                read.damaged(),
                cost.cut);
    }

    private void add(AuditRecord found) {
        switch (found.text("ev")) {
            case "llm.call.intent" -> began(found, true);
            case "tool.call.intent" -> began(found, false);
            case "llm.call.outcome" -> ended(found);
            case "tool.call.outcome" -> open.remove(found.text("call"));
            default -> {
                // neither a call of a model nor one of a tool
            }
        }
    }

    private void began(AuditRecord found, boolean isModel) {
        if (found.text("actor.iss").equals(OwnCaller.ISSUER)) {
            // a judge's question stands in the trace of the call that it is about, and is paid for by nobody who made
            // that
            return;
        }
        Matcher trace = TRACE.matcher(found.text("trace.traceparent"));
        String id = trace.matches() ? trace.group(1) : NO_TRACE;
        if (open.size() >= OPEN_MAX || (runs.size() >= RUNS_MAX && !runs.containsKey(id))) {
            cut = true;
            return;
        }
        Run run = runs.computeIfAbsent(id, _ -> new Run());
        if (isModel) {
            run.modelCalls++;
            run.models.add(found.text("model.alias"));
        } else {
            run.toolCalls++;
        }
        run.agents.add(found.text("actor.client_id"));
        run.users.add(found.text("actor.sub_p"));
        run.first = run.first.isEmpty() ? found.text("ts") : run.first;
        run.last = found.text("ts");
        open.put(found.text("call"), run);
    }

    /** An answer that was kept has the tokens of the call that paid for it. */
    private void ended(AuditRecord found) {
        Run run = open.remove(found.text("call"));
        if (run == null || !found.text("model.cache").isEmpty()) {
            return;
        }
        run.last = found.text("ts");
        run.input += found.fields().at("/model/usage/input").asLong(0);
        run.output += found.fields().at("/model/usage/output").asLong(0);
        long cost = found.fields().at("/model/cost_nano_usd").asLong(-1);
        if (cost < 0) {
            run.unpriced++;
        } else {
            run.nanoUsd = run.nanoUsd > Long.MAX_VALUE - cost ? Long.MAX_VALUE : run.nanoUsd + cost;
        }
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        runs.forEach((id, run) -> rows.add(List.of(
                id,
                run.agents.list(),
                run.users.count(),
                run.models.list(),
                Long.toString(run.modelCalls),
                Long.toString(run.toolCalls),
                Long.toString(run.input),
                Long.toString(run.output),
                Usd.text(run.nanoUsd),
                Long.toString(run.unpriced),
                run.first,
                run.last)));
        return rows;
    }
}
