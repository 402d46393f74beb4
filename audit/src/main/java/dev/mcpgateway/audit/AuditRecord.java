package dev.mcpgateway.audit;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * One record as it stands in the log.
 *
 * @param seq number
 * @param json the line without its LF; what the leaf hash is taken of
 * @param fields the same, parsed
 */
public record AuditRecord(long seq, String json, JsonNode fields) {
    /** Value of a member, such as {@code tool.name}; empty if it is missing. */
    public String text(String path) {
        JsonNode node = fields.at("/" + path.replace('.', '/'));
        return node.isValueNode() ? node.asString("") : "";
    }

    boolean matches(AuditQuery query) {
        return (query.subjects().isEmpty() || query.subjects().contains(text("actor.sub_p")))
                && (query.tool().isEmpty() || isTool(query.tool()))
                && (query.decision().isEmpty() || query.decision().equals(text("decision.effect")))
                && (query.call().isEmpty() || query.call().equals(text("call")))
                && (query.event().isEmpty() || isEvent(query.event()));
    }

    /** Whether the request that this record tells of came in the trace; what only ends a call does not say. */
    boolean isIn(String trace) {
        return text("trace.traceparent").contains("-" + trace + "-");
    }

    private boolean isTool(String tool) {
        if (tool.startsWith(AuditQuery.MODEL)) {
            return tool.substring(AuditQuery.MODEL.length()).equals(text("model.alias"));
        }
        String name = text("tool.name");
        return tool.equals(name) || tool.equals(text("tool.server") + "__" + name);
    }

    private boolean isEvent(String event) {
        return event.endsWith("*")
                ? text("ev").startsWith(event.substring(0, event.length() - 1))
                : text("ev").equals(event);
    }

    /** One line for people: number, time, event, and what matters of the rest. Safe to show on a terminal. */
    public String summary() {
        List<String> parts = new ArrayList<>(List.of("%8d".formatted(seq), text("ts"), text("ev")));
        add(parts, "call", text("call"));
        add(parts, "subject", shortened(text("actor.sub_p")));
        add(parts, "tool", tool());
        add(parts, "model", model());
        add(parts, "by", text("model.by.provider"));
        add(parts, "attempts", text("model.attempts"));
        add(parts, "tokens", tokens());
        add(parts, "cost_usd", cost());
        add(parts, "decision", text("decision.effect"));
        add(parts, "stage", text("detail.stage"));
        add(parts, "reason", text("detail.reason"));
        add(parts, "count", text("detail.count"));
        add(parts, "from", text("src.ip"));
        add(parts, "screen", text("screen.verdict"));
        add(parts, "status", text("outcome.status"));
        add(parts, "error", text("outcome.error"));
        return TerminalText.safe(String.join("  ", parts));
    }

    private String tool() {
        String server = text("tool.server");
        return server.isEmpty() ? text("tool.name") : server + "__" + text("tool.name");
    }

    /** What was asked for, and once it is known what served. */
    private String model() {
        String served = text("model.served");
        return served.isEmpty() ? text("model.alias") : text("model.alias") + ">" + served;
    }

    private String tokens() {
        String input = text("model.usage.input");
        return input.isEmpty() ? "" : input + "+" + text("model.usage.output");
    }

    private String cost() {
        String nanoUsd = text("model.cost_nano_usd");
        return nanoUsd.isEmpty()
                ? ""
                : new BigDecimal(nanoUsd).movePointLeft(9).stripTrailingZeros().toPlainString()
                        + (text("model.cost_estimated").equals("true") ? " (estimated)" : "");
    }

    private static String shortened(String pseudonym) {
        return pseudonym.length() > 12 ? pseudonym.substring(0, 12) + "…" : pseudonym;
    }

    private static void add(List<String> parts, String name, String value) {
        if (!value.isEmpty()) {
            parts.add(name + "=" + value);
        }
    }
}
