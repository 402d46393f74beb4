package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which keys of a published set may verify a token. */
final class KeyRules {
    private static final int RSA_BITS_MIN = 2048;

    private KeyRules() {}

    /** Selects by algorithm (which fixes type and curve), use and, where given, key id. */
    static JWKMatcher matcher(@Nullable String keyId, JWSAlgorithm algorithm) {
        JWKMatcher.Builder builder = JWSAlgorithm.Family.EC.contains(algorithm)
                ? new JWKMatcher.Builder().keyType(KeyType.EC).curves(Curve.forJWSAlgorithm(algorithm))
                : new JWKMatcher.Builder().keyType(KeyType.RSA);
        if (keyId != null) {
            builder.keyID(keyId);
        }
        return builder.keyUses(KeyUse.SIGNATURE, null)
                .algorithms(algorithm, null)
                .build();
    }

    /** The one public key among them that is strong enough; none when there are several, so that no key is tried out. */
    static Optional<JWK> only(List<JWK> keys) {
        List<JWK> good = keys.stream().filter(KeyRules::isGood).toList();
        return good.size() == 1 ? Optional.of(good.getFirst()) : Optional.empty();
    }

    private static boolean isGood(JWK key) {
        return !key.isPrivate()
                && switch (key) {
                    case RSAKey rsa -> rsa.size() >= RSA_BITS_MIN;
                    case ECKey ec -> ec.getCurve().equals(Curve.P_256);
                    default -> false;
                };
    }
}
