package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;
import java.util.OptionalLong;

/**
 * What a target would take for a call, where that decides who is asked first.
 *
 * @param nanoUsd what it is expected to cost there; empty where the target has no price
 */
public record Offer(Models.Target target, OptionalLong nanoUsd) {
    /** As records spell it. */
    public String text() {
        return nanoUsd.isPresent() ? "nano_usd_" + nanoUsd.getAsLong() : "unpriced";
    }

    /** Nobody knows what an unpriced one costs, so it is as if it cost more than all others. */
    long orMost() {
        return nanoUsd.orElse(Long.MAX_VALUE);
    }
}
