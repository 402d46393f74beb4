package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.route.Asked;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a call is expected to cost at each of its targets, so that the cheapest can be asked first: the estimate of its input
 * and its whole output limit at the prices of this moment. No bound, as {@link Budgets} reserve it: that one takes each token
 * for the dearest that it could be, and would put a target with a dear cache behind one that is dearer in all else.
 */
public final class ExpectedCost {
    private final Money money;
    private final InstantSource clock;

    /** By these prices. */
    public ExpectedCost(Money money, InstantSource clock) {
        this.money = money;
        this.clock = clock;
    }

    /** Nothing is read before a target is asked about; then all are looked up in the same table. Used by one thread. */
    Function<Models.Target, OptionalLong> of(ModelRequest request, Asked asked) {
        return new Quote(request, asked);
    }

    /** The most that one attempt at a target can cost, as it would be set aside; empty for a target without a price. */
    public OptionalLong atMost(ModelRequest request, Models.Target target) {
        AskedTokens tokens = AskedTokens.of(request);
        LocalDate day = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        return money.prices()
                .get()
                .find(target.provider(), target.model(), day)
                .map(price -> OptionalLong.of(price.atMost(
                        tokens.inputMost(price, money.assumed()),
                        tokens.outputMost(price, money.assumed()),
                        tokens.isWhole(),
                        Map.of(),
                        tokens.terms())))
                .orElse(OptionalLong.empty());
    }

    /** One call. */
    private final class Quote implements Function<Models.Target, OptionalLong> {
        private final ModelRequest request;
        private final Asked asked;
        private @Nullable PriceTable prices;

        Quote(ModelRequest request, Asked asked) {
            this.request = request;
            this.asked = asked;
        }

        /** Nothing for a target without a price, or without one of the tier, speed and place that are asked for. */
        @Override
        public OptionalLong apply(Models.Target target) {
            PriceTable table = prices == null ? money.prices().get() : prices;
            prices = table;
            LocalDate day = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
            AskedTokens tokens = AskedTokens.of(request);
            return table.find(target.provider(), target.model(), day)
                    .filter(price -> price.has(tokens.terms()))
                    .map(price -> OptionalLong.of(cost(price, tokens)))
                    .orElse(OptionalLong.empty());
        }

        private long cost(Price price, AskedTokens tokens) {
            long output = tokens.outputMost(price, money.assumed());
            return price.cost(new ModelUsage(asked.inputTokens(), 0, 0, 0, output, 0), tokens.terms());
        }
    }
}
