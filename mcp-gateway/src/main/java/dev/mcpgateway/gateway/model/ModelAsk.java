package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.AnyExchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.model.kept.KeptState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One request of a verified caller.
 *
 * @param caller who pays, and who is recorded
 * @param request what goes on: as it came, or as guardrails changed it
 * @param headers header fields that its protocol knows
 * @param asked the request as it came
 * @param copy for whom it is a copy of another call, if it is one
 * @param about whose data is in it, where it is a question about another call
 */
public record ModelAsk(
        AnyExchange exchange,
        Caller caller,
        ModelRequest request,
        Map<String, String> headers,
        ModelRequest asked,
        Optional<Copy> copy,
        Optional<About> about) {
    /**
     * A call that is sent again to somebody else, who serves none of its kind otherwise.
     *
     * @param asker who made it, and whose rights and rules hold
     * @param target who is asked, and nobody else
     */
    public record Copy(Caller asker, Models.Target target) {}

    /**
     * The call that a question is about.
     *
     * @param asker who made it
     * @param model what it asked for
     */
    public record About(Caller asker, String model) {}

    /** A request as it came. */
    ModelAsk(AnyExchange exchange, Caller caller, ModelRequest request, Map<String, String> headers) {
        this(exchange, caller, request, headers, request, Optional.empty(), Optional.empty());
    }

    /** The same with the ids and header fields that its providers get. */
    ModelAsk to(Plan plan, KeptState kept) {
        List<String> providers = Stream.concat(
                        plan.targets().stream().map(target -> target.provider().name()),
                        plan.skips().stream().map(skip -> skip.target().provider()))
                .toList();
        return new ModelAsk(
                exchange,
                caller,
                kept.request(asker(), request, providers),
                kept.headers(asker(), headers),
                asked,
                copy,
                about);
    }

    /** The same, asking something else. */
    ModelAsk with(ModelRequest changed) {
        return new ModelAsk(exchange, caller, changed, headers, asked, copy, about);
    }

    /** Whose rights and rules hold. */
    public Caller asker() {
        return copy.map(Copy::asker).orElse(caller);
    }
}
