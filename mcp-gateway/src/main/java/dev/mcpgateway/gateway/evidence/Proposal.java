package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a policy that would permit what was observed and nothing more, as far as the log knows who it was: issuer, agent
 * and tenant. The log has pseudonyms of users, so no rule can name one. What cannot be said as a rule is said as a comment.
 */
final class Proposal {
    private static final int ROWS_MAX = 1_000;
    private static final String HIDDEN = "model_hidden";
    private static final Set<Byte> UNSEEN = Set.of(
            Character.CONTROL,
            Character.FORMAT,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR,
            Character.PRIVATE_USE,
            Character.UNASSIGNED);

    private final Map<List<String>, Set<String>> models = new TreeMap<>(ModelUse::compare);
    private final Map<List<String>, Long> others = new TreeMap<>(ModelUse::compare);
    private boolean cut;

    /** Takes an intent that was observed, with the codes of what would have refused it. */
    void add(AuditRecord intent, List<String> codes) {
        List<String> whom = List.of(intent.text("actor.iss"), intent.text("actor.client_id"), intent.text("tenant"));
        for (String code : codes) {
            if (code.equals(HIDDEN)) {
                if (models.containsKey(whom) || models.size() < ROWS_MAX) {
                    models.computeIfAbsent(whom, _ -> new TreeSet<>()).add(intent.text("model.alias"));
                } else {
                    cut = true;
                }
            } else {
                List<String> row = List.of(code, intent.text("model.alias"), whom.get(1), whom.get(2));
                if (others.containsKey(row) || others.size() < ROWS_MAX) {
                    others.merge(row, 1L, Long::sum);
                } else {
                    cut = true;
                }
            }
        }
    }

    boolean isCut() {
        return cut;
    }

    /**
     * The lines, to be put below {@code rules:}.
     *
     * @param issuers what rules call them, by their identifiers
     */
    String yaml(Map<String, String> issuers) {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (Map.Entry<List<String>, Set<String>> each : models.entrySet()) {
            number++;
            lines.addAll(rule(
                    number,
                    each.getKey(),
                    each.getValue(),
                    issuers.get(each.getKey().getFirst())));
        }
        others.forEach((row, calls) -> lines.add("  # " + calls + " calls of " + quote(row.get(1)) + " by agent "
                + quote(row.get(2)) + ", tenant " + quote(row.get(3)) + " would be refused: " + quote(row.get(0))
                + "; they have a rule that permits, and need what it or a limit asks"));
        return lines.isEmpty() ? "# nothing would have been refused\n" : "rules:\n" + String.join("\n", lines) + "\n";
    }

    private static List<String> rule(int number, List<String> whom, Set<String> models, @Nullable String issuer) {
        String agent = whom.get(1);
        String tenant = whom.get(2);
        List<String> lines = new ArrayList<>();
        String why = whyNot(whom, issuer);
        String comment = why.isEmpty() ? "" : "# ";
        if (!why.isEmpty()) {
            lines.add("  # " + why);
        }
        lines.add("  " + comment + "- id: observed-" + number);
        lines.add("  " + comment + "  effect: permit");
        lines.add("  " + comment + "  principals: {issuer: " + quote(issuer == null ? "?" : issuer)
                + (agent.isEmpty() ? "" : ", client_id: " + quote(agent))
                + (tenant.isEmpty() ? "" : ", tenant: " + quote(tenant)) + "}");
        lines.add("  " + comment + "  actions: [model/call]");
        lines.add("  " + comment + "  resources: ["
                + String.join(
                        ", ",
                        models.stream().map(model -> quote("model:" + model)).toList())
                + "]");
        return lines;
    }

    /** Why it is no rule, since that would permit another or more than was seen; empty if it is one. */
    private static String whyNot(List<String> whom, @Nullable String issuer) {
        if (issuer == null) {
            return "no issuer of gateway.yaml is " + quote(whom.get(0));
        }
        return whom.get(1).isEmpty() && whom.get(2).isEmpty()
                ? "agent and tenant are not known: name groups or subjects, or everybody of the issuer may"
                : "";
    }

    /**
     * What agents and issuers chose can end neither the text nor the comment: JSON's texts are YAML's. What is not seen, or
     * turns the order of what is, is written by its number, since people read this before they take it over.
     */
    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder();
        new String(JsonText.quote(text), StandardCharsets.UTF_8).codePoints().forEach(point -> {
            if (UNSEEN.contains((byte) Character.getType(point))) {
                quoted.append(String.format(Locale.ROOT, point <= 0xFFFF ? "\\u%04x" : "\\U%08x", point));
            } else {
                quoted.appendCodePoint(point);
            }
        });
        return quoted.toString();
    }
}
