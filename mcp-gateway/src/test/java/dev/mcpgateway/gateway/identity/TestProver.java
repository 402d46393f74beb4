package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** An agent's side of DPoP: a key, and proofs of which a test decides every byte. */
public final class TestProver {
    private final JWK key;

    private TestProver(JWK key) {
        this.key = key;
    }

    /** With a new P-256 key. */
    public static TestProver generate() {
        try {
            return new TestProver(new ECKeyGenerator(Curve.P_256).generate());
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** With this key, which has its private part. */
    static TestProver of(JWK key) {
        return new TestProver(key);
    }

    JWK key() {
        return key;
    }

    /** The thumbprint of the key: {@code jkt}. */
    public String thumbprint() {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts {@code cnf} with this key into claims. */
    public Consumer<Map<String, Object>> binding() {
        return claims -> claims.put("cnf", Map.of("jkt", thumbprint()));
    }

    /** A good proof. */
    public String proof(String method, String url, String token, Instant now) {
        return proof(method, url, token, now, claims -> {});
    }

    /** A proof with other claims. */
    public String proof(String method, String url, String token, Instant now, Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("htm", method);
        claims.put("htu", url);
        claims.put("iat", now.getEpochSecond());
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("ath", DpopProofs.hash(token));
        change.accept(claims);
        return sign(header(), claims);
    }

    Map<String, Object> header() {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("typ", "dpop+jwt");
        header.put("alg", key instanceof RSAKey ? "PS256" : "ES256");
        header.put("jwk", key.toPublicJWK().toJSONObject());
        return header;
    }

    String sign(Map<String, Object> header, Map<String, Object> claims) {
        String input = TestIssuer.encode(JsonMapper.shared().writeValueAsString(header)) + "."
                + TestIssuer.encode(JsonMapper.shared().writeValueAsString(claims));
        try {
            JWSSigner signer = key instanceof RSAKey rsa
                    ? new RSASSASigner(rsa, Set.of(AllowWeakRSAKey.getInstance()))
                    : new ECDSASigner((ECKey) key);
            JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.PS256 : JWSAlgorithm.ES256;
            return input + "." + signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
