package dev.mcpgateway.gateway.http;

/** What answers at a route. */
@FunctionalInterface
public interface Endpoint {
    /**
     * Answers one request, on its own virtual thread. Exactly one of the exchange's callback methods is called, by the
     * endpoint or, when it throws, by its caller.
     */
    void handle(Exchange exchange) throws Exception;
}
