package dev.mcpgateway.gateway.model.doctor;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What the audit log has of one call.
 *
 * @param intent that it was about to be made
 * @param end how it ended, or that it was refused
 */
record Recorded(Optional<AuditRecord> intent, Optional<AuditRecord> end) {
    /**
     * Reads it, back from the newest record.
     *
     * @param since no record of it is older
     * @throws IOException if the log cannot be read
     */
    static Recorded of(AuditReader log, String call, Instant since) throws IOException {
        List<AuditRecord> found = new ArrayList<>();
        var _ = log.read(
                new AuditQuery(Set.of(), "", "", call, "llm.call.*", since, AuditQuery.ALL.to(), true, 0), found::add);
        return new Recorded(
                found.stream()
                        .filter(each -> each.text("ev").equals("llm.call.intent"))
                        .findFirst(),
                found.stream()
                        .filter(each -> !each.text("ev").equals("llm.call.intent"))
                        .findFirst());
    }

    String ofIntent(String member) {
        return intent.map(each -> each.text(member)).orElse("");
    }

    String ofEnd(String member) {
        return end.map(each -> each.text(member)).orElse("");
    }

    /** A number of the end; below zero where there is none. */
    long number(String pointer) {
        return end.map(each -> each.fields().at(pointer).asLong(-1)).orElse(-1L);
    }

    /** Who was left out, asked again or asked instead, each as one phrase. */
    List<String> steps(Set<String> kinds) {
        List<String> steps = new ArrayList<>();
        end.ifPresent(each -> {
            for (JsonNode step : each.fields().at("/model/routing")) {
                if (kinds.contains(step.path("kind").asString(""))) {
                    steps.add(step.path("kind").asString("") + " from "
                            + step.path("from").asString("") + " to "
                            + step.path("to").asString("") + ": "
                            + step.path("reason").asString(""));
                }
            }
        });
        return steps;
    }
}
