package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.model.kept.KeptState;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One request of a verified caller.
 *
 * @param request what goes on: as it came, or as guardrails changed it
 * @param headers header fields that its protocol knows
 * @param asked the request as it came
 */
public record ModelAsk(
        Exchange exchange, Caller caller, ModelRequest request, Map<String, String> headers, ModelRequest asked) {
    /** A request as it came. */
    ModelAsk(Exchange exchange, Caller caller, ModelRequest request, Map<String, String> headers) {
        this(exchange, caller, request, headers, request);
    }

    /** The same with the ids and header fields that its providers get. */
    ModelAsk to(Plan plan, KeptState kept) {
        List<String> providers = Stream.concat(
                        plan.targets().stream().map(target -> target.provider().name()),
                        plan.skips().stream().map(skip -> skip.target().provider()))
                .toList();
        return new ModelAsk(
                exchange, caller, kept.request(caller, request, providers), kept.headers(caller, headers), asked);
    }

    /** The same, asking something else. */
    ModelAsk with(ModelRequest changed) {
        return new ModelAsk(exchange, caller, changed, headers, asked);
    }
}
