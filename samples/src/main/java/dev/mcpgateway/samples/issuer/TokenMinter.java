package dev.mcpgateway.samples.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.random.RandomGenerator;

/** Makes access tokens after RFC 9068, signed with ES256. */
final class TokenMinter {
    private static final int TOKEN_ID_BYTES = 16;

    private final String issuer;
    private final ECKey key;
    private final InstantSource clock;
    private final RandomGenerator random;

    TokenMinter(String issuer, ECKey key, InstantSource clock, RandomGenerator random) {
        this.issuer = issuer;
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /** The compact form of a new token. */
    String mint(TokenRequest request) {
        Instant now = clock.instant();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject(request.subject())
                .audience(request.audience())
                .claim("client_id", request.agent())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(request.lifetimeSeconds())))
                .jwtID(tokenId());
        if (!request.scopes().isEmpty()) {
            claims.claim("scope", String.join(" ", request.scopes()));
        }
        if (!request.groups().isEmpty()) {
            claims.claim("groups", request.groups());
        }
        request.tenant().ifPresent(tenant -> claims.claim("tenant", tenant));
        request.team().ifPresent(team -> claims.claim("team", team));
        return sign(claims.build());
    }

    private String sign(JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("the key was checked when it was read", e);
        }
        return token.serialize();
    }

    private String tokenId() {
        byte[] id = new byte[TOKEN_ID_BYTES];
        random.nextBytes(id);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }
}
