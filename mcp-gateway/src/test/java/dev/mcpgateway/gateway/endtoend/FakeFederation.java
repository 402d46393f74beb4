package dev.mcpgateway.gateway.endtoend;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Fakes of an authorization server (at {@code /token}) and of AWS STS (at {@code /}) that trust one key of the gateway's, and
 * issue credentials for a time by its assertions. Written from RFC 7523, RFC 8693 and AWS's description; neither Entra ID nor
 * Google nor AWS was at hand to compare it with.
 */
final class FakeFederation implements AutoCloseable {
    /** What the gateway calls itself there. */
    static final String ISSUER = "https://gateway.example";

    /** What this server calls itself. */
    static final String AUDIENCE = "urn:federation";

    private final RawServer server;
    private final InstantSource clock;
    private final ECKey key;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Keys> keys = new ConcurrentHashMap<>();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile String issuer = ISSUER;
    private volatile int lifeSeconds = 900;
    private volatile int refusal;
    private volatile String said = "";

    /** A question: its parameters and what its assertion claims. */
    record Asked(RawRequest request, Map<String, String> form, JWTClaimsSet claims) {}

    /** Keys of AWS that were given for a session. */
    record Keys(String secret, String token, String session) {}

    FakeFederation(InstantSource clock) throws Exception {
        this.clock = clock;
        this.key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        this.server = RawServer.start(this::serve);
    }

    /** Writes the key that it trusts. */
    void writeKey(Path file) throws Exception {
        ModelGateways.secret(
                file,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(key.toPrivateKey().getEncoded())
                        + "\n-----END PRIVATE KEY-----");
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    /** Whom it trusts from now on. */
    void trusts(String newIssuer) {
        issuer = newIssuer;
    }

    /** From now on every good question is refused with this status and text; 0 for what belongs there. */
    void answers(int status, String text) {
        refusal = status;
        said = text;
    }

    /** What it was asked, oldest first. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** The keys of AWS that it gave under this id. */
    Optional<Keys> keys(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    /** Ends all keys that it gave. */
    void endAll() {
        keys.clear();
    }

    private void serve(RawConnection connection) throws Exception {
        for (Optional<RawRequest> request = connection.readRequest();
                request.isPresent();
                request = connection.readRequest()) {
            Map<String, String> form = Arrays.stream(request.get().text().split("&", -1))
                    .map(pair -> pair.split("=", 2))
                    .collect(Collectors.toMap(pair -> decoded(pair[0]), pair -> decoded(pair[1])));
            boolean isSts = form.getOrDefault("Action", "").equals("AssumeRoleWithWebIdentity");
            Optional<JWTClaimsSet> claims = trusted(assertion(form));
            asked.add(new Asked(request.get(), form, claims.orElse(new JWTClaimsSet.Builder().build())));
            if (claims.isEmpty()) {
                connection.answer(
                        isSts ? 400 : 401,
                        isSts ? "text/xml" : "application/json",
                        isSts ? error("InvalidIdentityToken") : "{\"error\":\"invalid_client\"}");
            } else if (refusal != 0) {
                connection.answer(refusal, isSts ? "text/xml" : "application/json", said);
            } else if (isSts) {
                connection.answer(200, "text/xml", session(form));
            } else {
                connection.answer(
                        200,
                        "application/json",
                        "{\"access_token\":\"issued-" + issued.incrementAndGet()
                                + "\",\"token_type\":\"Bearer\",\"expires_in\":" + lifeSeconds + "}");
            }
        }
    }

    /** Each grant has it elsewhere, with words beside it that say what it is. */
    private static String assertion(Map<String, String> form) {
        return switch (form.getOrDefault("grant_type", "")) {
            case "client_credentials" ->
                form.getOrDefault("client_assertion_type", "")
                                .equals("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                        ? form.getOrDefault("client_assertion", "")
                        : "";
            case "urn:ietf:params:oauth:grant-type:jwt-bearer" -> form.getOrDefault("assertion", "");
            case "urn:ietf:params:oauth:grant-type:token-exchange" ->
                form.getOrDefault("subject_token_type", "").equals("urn:ietf:params:oauth:token-type:jwt")
                        ? form.getOrDefault("subject_token", "")
                        : "";
            default -> form.getOrDefault("WebIdentityToken", "");
        };
    }

    private Optional<JWTClaimsSet> trusted(String assertion) {
        try {
            SignedJWT jwt = SignedJWT.parse(assertion);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            long now = clock.instant().getEpochSecond();
            long end = claims.getExpirationTime().toInstant().getEpochSecond();
            boolean isGood = jwt.verify(new ECDSAVerifier(key.toPublicJWK()))
                    && claims.getIssuer().equals(issuer)
                    && claims.getAudience().equals(List.of(AUDIENCE))
                    && end > now
                    && end <= now + 60
                    && claims.getJWTID() != null;
            return isGood ? Optional.of(claims) : Optional.empty();
        } catch (Exception unreadable) {
            return Optional.empty();
        }
    }

    private String session(Map<String, String> form) {
        int number = issued.incrementAndGet();
        String id = "ASIASESSION%09d".formatted(number);
        Keys given = new Keys("session+secret/" + number, "session-token-" + number, form.get("RoleSessionName"));
        keys.put(id, given);
        return """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult>
                    <SubjectFromWebIdentityToken>someone</SubjectFromWebIdentityToken>
                    <AssumedRoleUser><Arn>%s/%s</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>
                    <Credentials>
                      <SessionToken>%s</SessionToken><SecretAccessKey>%s</SecretAccessKey>
                      <Expiration>%s</Expiration><AccessKeyId>%s</AccessKeyId>
                    </Credentials>
                  </AssumeRoleWithWebIdentityResult>
                  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
                </AssumeRoleWithWebIdentityResponse>
                """.formatted(
                        form.get("RoleArn"),
                        given.session(),
                        given.token(),
                        given.secret(),
                        clock.instant().plusSeconds(Long.parseLong(form.get("DurationSeconds"))),
                        id);
    }

    /** An error of STS. */
    static String error(String code) {
        return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>"
                + code + "</Code><Message>s3cret words</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close();
    }
}
