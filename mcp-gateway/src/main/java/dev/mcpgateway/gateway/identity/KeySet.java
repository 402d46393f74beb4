package dev.mcpgateway.gateway.identity;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The public signing keys of one issuer; never shared between issuers. */
interface KeySet {
    /**
     * The key for a token.
     *
     * @param keyId the token's {@code kid}; without one, the only key that fits the algorithm, if there is only one
     * @param source who shows the token, as {@link SourceAddress} tells sources apart
     * @throws KeysUnavailable if the keys cannot be had and none are cached, or nobody can say now whether there is this one
     */
    Optional<VerificationKey> find(@Nullable String keyId, String algorithm, String source) throws KeysUnavailable;

    /** Grows when the keys change: what was verified under an older number must be verified again. */
    long generation();

    /** What keeps the keys from being had, in an operator's words; empty when nothing does. */
    Optional<String> notReady();
}
