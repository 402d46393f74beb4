package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.gateway.identity.OwnCaller;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Who uses which models through the gateway, and for what: by provider and model, and by tenant and agent. */
public final class ModelUse {
    private static final int ROWS_MAX = 10_000;
    private static final int USERS_MAX = 10_000;
    private static final int TENANTS_MAX = 100;
    private static final int TOOLS_MAX = 100;

    private final Map<List<String>, Row> byModel = new TreeMap<>(ModelUse::compare);
    private final Map<List<String>, Row> byAgent = new TreeMap<>(ModelUse::compare);
    private final Proposal proposal = new Proposal();
    private boolean cut;

    private static final class Row {
        private final Names users = new Names(USERS_MAX);
        private final Names others = new Names(TENANTS_MAX);
        private long calls;
        private long input;
        private long output;
        private final Map<String, Long> uses = new TreeMap<>();
        private String first = "";
        private String last = "";
    }

    /**
     * A report, and what was wrong with the log.
     *
     * @param models by provider, alias and served model
     * @param agents by tenant, agent and alias; also what was refused, and what was observed and would have been
     * @param proposal gives lines of a policy that would permit what was observed; takes what rules call issuers, by their
     *     identifiers
     * @param damaged places that could not be read
     * @param isCut whether there was more than fits
     */
    public record Report(
            Grid models,
            Grid agents,
            Function<Map<String, String>, String> proposal,
            List<String> damaged,
            boolean isCut) {
        /** Copies the list. */
        public Report {
            damaged = List.copyOf(damaged);
        }
    }

    private ModelUse() {}

    /**
     * Reads the log once.
     *
     * @throws IOException if it cannot be read
     */
    public static Report of(AuditReader log, Instant from, Instant to) throws IOException {
        ModelUse use = new ModelUse();
        AuditReader.Result read =
                log.read(new AuditQuery(Set.of(), "", "", "", "llm.call.*", from, to, false, 0), use::add);
        return new Report(
                new Grid(
                        List.of(
                                "provider",
                                "alias",
                                "served",
                                "calls",
                                "users",
                                "tenants",
                                "input_tokens",
                                "output_tokens",
                                "tool_uses",
                                "first",
                                "last"),
                        use.models()),
                new Grid(
                        List.of("tenant", "agent", "alias", "operations", "calls", "users", "first", "last", "outcome"),
                        use.agents()),
                use.proposal::yaml,
                read.damaged(),
                use.cut || use.proposal.isCut());
    }

    static int compare(List<String> left, List<String> right) {
        for (int i = 0; i < left.size(); i++) {
            int order = left.get(i).compareTo(right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private void add(AuditRecord found) {
        switch (found.text("ev")) {
            case "llm.call.outcome" -> {
                String served = found.text("model.served");
                Row row = row(
                        byModel,
                        List.of(
                                answered(found),
                                found.text("model.alias"),
                                served.isEmpty() ? found.text("model.name") : served));
                count(row, found);
                row.others.add(found.text("tenant"));
                row.input += found.fields().at("/model/usage/input").asLong(0);
                row.output += found.fields().at("/model/usage/output").asLong(0);
                uses(row, found.fields().at("/model/uses"));
            }
            case "llm.call.intent" -> intent(found);
            case "llm.call.denied" -> agent(found, "refused: " + found.text("detail.reason"));
            default -> {
                // an outcome that nobody knows
            }
        }
    }

    private void uses(Row row, JsonNode uses) {
        uses.forEachEntry((tool, count) -> {
            if (row.uses.size() < TOOLS_MAX || row.uses.containsKey(tool)) {
                row.uses.merge(tool, count.asLong(0), Long::sum);
            } else {
                cut = true;
            }
        });
    }

    private void intent(AuditRecord found) {
        if (!found.text("decision.reason_code").equals("observed")) {
            agent(found, "permitted");
            return;
        }
        List<String> codes = new ArrayList<>();
        found.fields()
                .at("/decision/would_refuse")
                .forEach(each -> codes.add(each.asString("").replaceAll(" .*", "")));
        agent(found, codes.isEmpty() ? "observed" : "observed, would be refused: " + String.join(", ", codes));
        proposal.add(found, codes);
    }

    /** Who answered, not who was to be asked first; nobody did where the answer was kept. */
    private static String answered(AuditRecord found) {
        if (!found.text("model.cache").isEmpty()) {
            return "(kept)";
        }
        String by = found.text("model.by.provider");
        return by.isEmpty() ? found.text("model.provider") : by;
    }

    private void agent(AuditRecord found, String outcome) {
        Row row = row(byAgent, List.of(found.text("tenant"), agent(found), found.text("model.alias"), outcome));
        count(row, found);
        row.others.add(found.text("model.operation"));
    }

    /** Judges and copies are no agent's calls, though they have the content of one. */
    private static String agent(AuditRecord found) {
        return found.text("actor.iss").equals(OwnCaller.ISSUER) ? "(gateway)" : found.text("actor.client_id");
    }

    private Row row(Map<List<String>, Row> rows, List<String> key) {
        Row known = rows.get(key);
        if (known != null) {
            return known;
        }
        Row fresh = new Row();
        if (rows.size() >= ROWS_MAX) {
            cut = true;
        } else {
            rows.put(key, fresh);
        }
        return fresh;
    }

    private static void count(Row row, AuditRecord found) {
        row.calls++;
        row.users.add(found.text("actor.sub_p"));
        row.first = row.first.isEmpty() ? found.text("ts") : row.first;
        row.last = found.text("ts");
    }

    private List<List<String>> models() {
        List<List<String>> rows = new ArrayList<>();
        byModel.forEach((key, row) -> rows.add(List.of(
                key.get(0),
                key.get(1),
                key.get(2),
                Long.toString(row.calls),
                row.users.count(),
                row.others.list(),
                Long.toString(row.input),
                Long.toString(row.output),
                row.uses.entrySet().stream()
                        .map(used -> used.getKey() + " " + used.getValue())
                        .collect(Collectors.joining(", ")),
                row.first,
                row.last)));
        return rows;
    }

    private List<List<String>> agents() {
        List<List<String>> rows = new ArrayList<>();
        byAgent.forEach((key, row) -> rows.add(List.of(
                key.get(0),
                key.get(1),
                key.get(2),
                row.others.list(),
                Long.toString(row.calls),
                row.users.count(),
                row.first,
                row.last,
                key.get(3))));
        return rows;
    }
}
