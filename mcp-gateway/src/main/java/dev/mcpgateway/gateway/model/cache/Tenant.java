package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.gateway.config.ModelCaches.Share;
import dev.mcpgateway.gateway.identity.Caller;

/**
 * Whose answers are kept apart from all others'.
 *
 * @param isNamed whether the caller has one; else the caller is a tenant alone
 * @param id equal for equal tenants of one issuer, and for nothing else
 */
record Tenant(boolean isNamed, String id) {
    /** The caller's tenant at its issuer: another issuer's of the same name may be somebody else. */
    static Tenant of(Caller caller) {
        return caller.tenant().isEmpty()
                ? new Tenant(false, caller.key())
                : new Tenant(true, caller.subject().issuer() + '\n' + caller.tenant());
    }

    /** Among whom of the tenant the answers that a caller gets are shared; empty for all. */
    String sharing(Caller caller, Share share) {
        return share == Share.TENANT && isNamed ? "" : caller.key();
    }
}
