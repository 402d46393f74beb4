package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A public key and the algorithms for which it may be used.
 *
 * @param keyId its {@code kid}, or {@code null}
 * @param algorithms {@code alg} values that it verifies
 * @param verifier does it; usable by many threads
 */
record VerificationKey(@Nullable String keyId, Set<String> algorithms, JWSVerifier verifier) {
    /** Copies the set. */
    VerificationKey {
        algorithms = Set.copyOf(algorithms);
    }

    /** Whether a token that names this key id, or none, and this algorithm may be verified by it. */
    boolean fits(@Nullable String wantedKeyId, String algorithm) {
        return algorithms.contains(algorithm) && (wantedKeyId == null || wantedKeyId.equals(keyId));
    }

    /** Checks the signature of a token whose header was read and found to say this algorithm. */
    void check(TokenText token, String algorithm, TokenStep step) throws BadToken {
        try {
            // a header of its own: what the library would make of the token's other members is of no interest
            JWSHeader header = new JWSHeader(JWSAlgorithm.parse(algorithm));
            if (verifier.verify(header, token.signingInput(), token.signature())) {
                return;
            }
        } catch (JOSEException failure) {
            throw new BadToken(
                    step, "signature cannot be verified: " + failure.getClass().getSimpleName());
        }
        throw new BadToken(step, "signature does not verify");
    }
}
