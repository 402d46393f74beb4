package dev.mcpgateway.samples.calltoken;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Ids of tokens that were used and could still be used again. When it is full nothing is taken: that fails closed. */
final class SeenTokens {
    private final int tokensMax;
    private final Map<String, Instant> ends = new HashMap<>();
    private Instant sweptAt = Instant.MIN;

    SeenTokens(int tokensMax) {
        this.tokensMax = tokensMax;
    }

    /** Remembers a token until its end; false when it was seen before, or there is no room. */
    synchronized boolean isFirst(String tokenId, Instant end, Instant now) {
        if (ends.size() >= tokensMax && sweptAt.plusSeconds(1).isBefore(now)) {
            ends.values().removeIf(each -> each.isBefore(now));
            sweptAt = now;
        }
        return ends.size() < tokensMax && ends.putIfAbsent(tokenId, end) == null;
    }
}
