package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;

/** Where the claim that names tenants was set before it was set once, with its issuer. */
final class TenantClaim {
    private static final String OLD = "tenant_claim";

    private TenantClaim() {}

    /** A setting that is ignored would put callers into other tenants than its writer thinks. */
    static void refuse(YamlObject section) {
        if (section.keys().contains(OLD)) {
            section.problem(
                    OLD,
                    "the tenant's claim is set once, with its issuer",
                    "Write issuers: {NAME: {claims: {tenant: " + section.text(OLD, "") + "}}} and leave this key out");
        }
    }
}
