package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.gateway.config.ModelCaches.Share;
import dev.mcpgateway.gateway.identity.Caller;
import tools.jackson.databind.JsonNode;

/**
 * Whose answers are kept apart from all others'.
 *
 * @param isNamed whether the caller's issuer named one; else the caller is a tenant alone
 * @param id equal for equal tenants of one issuer, and for nothing else
 */
record Tenant(boolean isNamed, String id) {
    /** The tenant that a claim of the caller's token names. What is no text, or empty, names none. */
    static Tenant of(Caller caller, String claim) {
        JsonNode value = caller.subject().claims().get(claim);
        return value != null && value.isString() && !value.stringValue().isEmpty()
                ? new Tenant(true, caller.subject().issuer() + '\n' + value.stringValue())
                : new Tenant(false, caller.key());
    }

    /** Among whom of the tenant the answers that a caller gets are shared; empty for all. */
    String sharing(Caller caller, Share share) {
        return share == Share.TENANT && isNamed ? "" : caller.key();
    }
}
