package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.gateway.model.money.Outcomes;
import dev.mcpgateway.gateway.model.money.Used;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What the audit log knows of calls whose end the ledger did not see. */
final class AuditedOutcomes implements Outcomes {
    private static final String OUTCOME = "llm.call.outcome";

    /** A wall clock may have been set back between a hold and the outcome. */
    private static final Duration EARLIER = Duration.ofHours(1);

    private final Path directory;

    AuditedOutcomes(Path directory) {
        this.directory = directory;
    }

    @Override
    public Map<String, Outcome> of(Set<String> calls, Instant oldest) throws IOException {
        Map<String, Outcome> known = new HashMap<>();
        AuditQuery all = AuditQuery.ALL;
        // the newest first: what is older than the oldest is not read, however long the log is
        new AuditReader(directory)
                .read(
                        new AuditQuery(Set.of(), "", "", "", OUTCOME, oldest.minus(EARLIER), all.to(), true, 0),
                        found -> {
                            String call = found.text("call");
                            if (calls.contains(call)
                                    && !found.text("model.cost_nano_usd").isEmpty()) {
                                String by = found.text("model.by.provider");
                                known.putIfAbsent(
                                        call,
                                        new Outcome(by.isEmpty() ? found.text("model.provider") : by, used(found)));
                            }
                        });
        return known;
    }

    private static Used used(AuditRecord found) {
        return new Used(
                1,
                number(found, "model.usage.input"),
                number(found, "model.usage.cache_read"),
                number(found, "model.usage.cache_write"),
                number(found, "model.usage.output"),
                number(found, "model.usage.reasoning"),
                number(found, "model.usage.audio.input") + number(found, "model.usage.audio.output"),
                number(found, "model.usage.image.input") + number(found, "model.usage.image.output"),
                uses(found),
                number(found, "model.cost_nano_usd"),
                found.text("model.cost_estimated").equals("true") ? 1 : 0,
                0);
    }

    private static long uses(AuditRecord found) {
        long sum = 0;
        for (JsonNode count : found.fields().at("/model/uses")) {
            sum += count.asLong(0);
        }
        return sum;
    }

    private static long number(AuditRecord found, String path) {
        String text = found.text(path);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
