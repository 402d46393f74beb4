package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Models;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Who is asked. */
public sealed interface Choice {
    /** Who was left out. */
    List<Skip> skips();

    /**
     * These, in this order.
     *
     * @param targets at least one
     * @param offers what those that were chosen by their prices would take, cheapest first within each tier
     * @param total longest duration of the call; empty for what the providers allow
     * @param hedge how long one of them may be without content before the next is asked beside it; empty where none ever is
     * @param rule number of the rule that led there, from 1; 0 for none
     */
    record Order(
            List<Models.Target> targets,
            List<Skip> skips,
            List<Offer> offers,
            Optional<Duration> total,
            Optional<Duration> hedge,
            int rule)
            implements Choice {
        /** Copies the lists. */
        public Order {
            targets = List.copyOf(targets);
            skips = List.copyOf(skips);
            offers = List.copyOf(offers);
        }
    }

    /**
     * Nobody, because it is not known who: taking the rule for one that does not hold could send the call where it must not
     * go.
     *
     * @param rule number of the rule, from 1
     * @param why for operators; quotes nothing of the request
     */
    record Undecided(int rule, String why) implements Choice {
        @Override
        public List<Skip> skips() {
            return List.of();
        }
    }

    /**
     * Nobody.
     *
     * @param retryAfterNanos when somebody may be asked at the earliest; 0 where time helps nothing
     */
    record NoTarget(List<Skip> skips, long retryAfterNanos) implements Choice {
        /** Copies the list. */
        public NoTarget {
            skips = List.copyOf(skips);
        }
    }
}
