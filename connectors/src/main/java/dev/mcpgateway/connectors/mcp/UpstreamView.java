package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Revision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One upstream as the catalogue sees it.
 *
 * @param freshness where its tools in the catalogue come from
 * @param since when that became so
 * @param reason why it is down, a sentence for operators; empty otherwise
 * @param revision the protocol revision of its list; {@code null} while there is none
 * @param capabilities what it declared when it last gave its lists
 * @param ttlMillis how long the upstream says its lists stay good, the shortest of them; 0 when it says nothing
 * @param problems entries and lists that were left out and why, sentences for operators
 */
public record UpstreamView(
        Freshness freshness,
        Instant since,
        String reason,
        @Nullable Revision revision,
        ServerCapabilities capabilities,
        long ttlMillis,
        List<String> problems) {

    /** Where the tools come from. */
    public enum Freshness {
        /** Not asked yet: no tools. */
        PENDING,
        /** From a list that the upstream gave when last asked. */
        FRESH,
        /** It is down: from the last list that it gave. */
        LAST_GOOD,
        /** It is down and gave no list, or none within the grace time: no tools. */
        DOWN
    }

    /** Copies the problems. */
    public UpstreamView {
        problems = List.copyOf(problems);
    }
}
