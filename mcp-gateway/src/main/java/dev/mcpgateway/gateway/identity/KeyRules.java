package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which published keys may verify a signature, and for which algorithms. */
final class KeyRules {
    private static final int RSA_BITS_MIN = 2048;

    /** A key of more bits costs more to use than a signature may. */
    private static final int RSA_BITS_MAX = 8192;

    /** Exponents in use are 65537 and smaller; a long one makes a verification as dear as signing. */
    private static final int RSA_EXPONENT_BYTES_MAX = 4;

    private static final Set<String> RSA = Set.of("RS256", "PS256");
    private static final Set<String> P256 = Set.of("ES256");

    /** Two names of one algorithm (RFC 8037, RFC 9864). */
    private static final Set<String> ED25519 = Set.of("EdDSA", "Ed25519");

    private KeyRules() {}

    /**
     * The usable keys of a key set. A key that is unknown, weak, private, or meant for something else is left out, so that
     * one of a new kind does not take the others with it.
     *
     * @throws ParseException if it is no key set
     */
    static List<VerificationKey> read(String jwks) throws ParseException {
        Map<String, Object> set = JSONObjectUtils.parse(jwks);
        // the library gives null for the JSON text null
        Map<String, Object>[] entries = set == null ? null : JSONObjectUtils.getJSONObjectArray(set, "keys");
        if (entries == null) {
            throw new ParseException("no member \"keys\"", 0);
        }
        List<VerificationKey> keys = new ArrayList<>();
        for (Map<String, Object> entry : entries) {
            parsed(entry).flatMap(KeyRules::usable).ifPresent(keys::add);
        }
        return List.copyOf(keys);
    }

    /** The key, if the library knows such keys; whatever else it makes of one, the others stay. */
    static Optional<JWK> parsed(Map<String, Object> entry) {
        try {
            return Optional.of(JWK.parse(entry));
        } catch (ParseException | RuntimeException unknown) {
            return Optional.empty();
        }
    }

    /** The one key for a token; none when several would do, so that no key is tried out. */
    static Optional<VerificationKey> only(List<VerificationKey> keys, @Nullable String keyId, String algorithm) {
        VerificationKey found = null;
        for (VerificationKey key : keys) {
            if (key.fits(keyId, algorithm)) {
                if (found != null) {
                    return Optional.empty();
                }
                found = key;
            }
        }
        return Optional.ofNullable(found);
    }

    /** The key as one that verifies, if it is public, strong enough and meant for that. */
    static Optional<VerificationKey> usable(JWK key) {
        Set<KeyOperation> operations = key.getKeyOperations();
        boolean forSignatures = (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                && (operations == null || operations.contains(KeyOperation.VERIFY));
        if (key.isPrivate() || !forSignatures) {
            return Optional.empty();
        }
        Set<String> algorithms = new HashSet<>(algorithms(key));
        if (key.getAlgorithm() != null && !ED25519.equals(algorithms)) {
            algorithms.retainAll(Set.of(key.getAlgorithm().getName()));
        }
        if (algorithms.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new VerificationKey(key.getKeyID(), algorithms, verifier(key)));
        } catch (JOSEException | RuntimeException notUsable) {
            return Optional.empty();
        }
    }

    private static Set<String> algorithms(JWK key) {
        return switch (key) {
            case RSAKey rsa when isModerate(rsa) -> RSA;
            case ECKey ec when ec.getCurve().equals(Curve.P_256) -> P256;
            case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) && isForEd25519(pair) -> ED25519;
            default -> Set.of();
        };
    }

    private static boolean isModerate(RSAKey rsa) {
        return rsa.size() >= RSA_BITS_MIN
                && rsa.size() <= RSA_BITS_MAX
                && rsa.getPublicExponent().decode().length <= RSA_EXPONENT_BYTES_MAX;
    }

    private static boolean isForEd25519(OctetKeyPair pair) {
        return pair.getAlgorithm() == null
                || ED25519.contains(pair.getAlgorithm().getName());
    }

    private static JWSVerifier verifier(JWK key) throws JOSEException {
        return switch (key) {
            case RSAKey rsa -> new RSASSAVerifier(rsa);
            case ECKey ec -> new ECDSAVerifier(ec);
            case OctetKeyPair pair -> new Ed25519Verifier(pair);
            default -> throw new JOSEException("no key for signatures");
        };
    }
}
