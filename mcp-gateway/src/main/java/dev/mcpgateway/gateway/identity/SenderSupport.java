package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.config.SenderConstraint;
import dev.mcpgateway.gateway.http.Answers;
import java.util.Collection;

/**
 * What the gateway tells agents about tokens that are bound to their sender.
 *
 * @param dpop whether some issuer's tokens may or must be bound to a key
 * @param dpopAlone whether all tokens must be
 * @param certificates whether the gateway takes client certificates
 */
public record SenderSupport(boolean dpop, boolean dpopAlone, boolean certificates) {
    /** Nothing is told. */
    public static final SenderSupport NONE = new SenderSupport(false, false, false);

    /** What these profiles ask for. */
    public static SenderSupport of(Collection<IssuerProfile> profiles, boolean certificates) {
        return new SenderSupport(
                profiles.stream()
                        .anyMatch(each ->
                                each.sender() == SenderConstraint.DPOP || each.sender() == SenderConstraint.ANY),
                !profiles.isEmpty() && profiles.stream().allMatch(each -> each.sender() == SenderConstraint.DPOP),
                certificates);
    }

    /** What a challenge says: to all where tokens may or must be bound, else to those who sent such a token. */
    public Answers.Dpop challenge() {
        return new Answers.Dpop(String.join(" ", DpopProofs.ALGORITHMS), dpop);
    }
}
