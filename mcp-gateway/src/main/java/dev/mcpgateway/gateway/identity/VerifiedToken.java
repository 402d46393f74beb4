package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.config.IssuerProfile;

/**
 * A token whose own checks are passed. Its sender is not: that is proved anew with each request.
 *
 * @param caller whom it names
 * @param profile the rules of its issuer
 * @param confirmation what its sender must prove
 */
record VerifiedToken(Caller caller, IssuerProfile profile, Confirmation confirmation) {}
