package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.Refusal;

/** How agents read refusals that end a request before its endpoint has it: no such path, not this method, and the like. */
@FunctionalInterface
public interface EdgeForm {
    /** All as JSON-RPC errors. */
    EdgeForm RPC = (_, _) -> new byte[0];

    /** The body, as JSON; empty where it is a JSON-RPC error. */
    byte[] body(Exchange exchange, Refusal refusal);
}
