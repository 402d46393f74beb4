package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.util.List;

/**
 * A token whose own checks are passed. Its sender is not: that is proved anew with each request.
 *
 * @param caller whom it names
 * @param profile the rules of its issuer
 * @param confirmation what its sender must prove
 * @param sources where its sender must be; none for anywhere
 */
record VerifiedToken(Caller caller, IssuerProfile profile, Confirmation confirmation, List<AddressRange> sources) {
    /** A token that may come from anywhere. */
    VerifiedToken(Caller caller, IssuerProfile profile, Confirmation confirmation) {
        this(caller, profile, confirmation, List.of());
    }

    /** Copies the list. */
    VerifiedToken {
        sources = List.copyOf(sources);
    }
}
