package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * An issuer for tests: real keys, real signatures, and full control over every byte of a token, so that each hostile token
 * is good but for one thing. Serves its keys over HTTP on request.
 */
public final class TestIssuer implements AutoCloseable {
    public static final String ISSUER = "https://id.example";
    public static final String AUDIENCE = "http://127.0.0.1/mcp";

    private final ECKey ec;
    private final RSAKey rsa;
    private final TestEd25519 ed;
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile JWKSet published;
    private volatile int status = 200;
    private HttpServer server;

    public TestIssuer() {
        try {
            this.ec = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
            this.rsa = new RSAKeyGenerator(2048).keyID("rsa-1").generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
        this.ed = TestEd25519.generate("ed-1");
        this.published = new JWKSet(List.of(ec, rsa, ed.jwk()));
    }

    public ECKey ec() {
        return ec;
    }

    public RSAKey rsa() {
        return rsa;
    }

    public OctetKeyPair ed() {
        return ed.jwk();
    }

    /** What the JWKS endpoint and {@link #writeTo} give. */
    public void publish(JWK... keys) {
        published = new JWKSet(List.of(keys));
    }

    /** The status of the JWKS endpoint from now on. */
    public void answer(int newStatus) {
        status = newStatus;
    }

    public int fetches() {
        return fetches.get();
    }

    public Path writeTo(Path file) throws IOException {
        return Files.writeString(file, published.toPublicJWKSet().toString());
    }

    /** Serves the keys; gives the URL. */
    public String serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/jwks", exchange -> {
            fetches.incrementAndGet();
            byte[] body = published.toPublicJWKSet().toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
    }

    /** Claims that are good at that instant; tests change one. */
    public static Map<String, Object> claims(Instant now) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", ISSUER);
        claims.put("aud", AUDIENCE);
        claims.put("sub", "alice");
        claims.put("client_id", "desk-agent");
        claims.put("jti", "token-1");
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.getEpochSecond() + 300);
        claims.put("scope", "mcp:crm:read mcp:files:read");
        claims.put("groups", List.of("support", "readers"));
        return claims;
    }

    public static Map<String, Object> header(JWSAlgorithm algorithm, JWK key) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", algorithm.getName());
        header.put("typ", "at+jwt");
        header.put("kid", key.getKeyID());
        return header;
    }

    /** A good ES256 token. */
    public String token(Instant now) {
        return token(now, claims -> {});
    }

    /** An ES256 token that is good but for what the change does. */
    public String token(Instant now, Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = claims(now);
        change.accept(claims);
        return sign(header(JWSAlgorithm.ES256, ec), claims);
    }

    public String sign(Map<String, Object> header, Map<String, Object> claims) {
        return signRaw(
                JsonMapper.shared().writeValueAsString(header),
                JsonMapper.shared().writeValueAsString(claims));
    }

    /** Signs whatever text with the key that fits the header's algorithm. */
    public String signRaw(String header, String payload) {
        return signBytes(header, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Signs whatever bytes with the key that fits the header's algorithm. */
    public String signBytes(String header, byte[] payload) {
        boolean useRsa = header.contains("RS256") || header.contains("PS256");
        String alg = header.contains("PS256") ? "PS256" : useRsa ? "RS256" : "ES256";
        String input = encode(header) + "." + encode(payload);
        if (header.contains("EdDSA") || header.contains("Ed25519")) {
            return input + "." + ed.sign(input);
        }
        try {
            JWSSigner signer = useRsa ? new RSASSASigner(rsa) : new ECDSASigner(ec);
            Base64URL signature =
                    signer.sign(new JWSHeader(JWSAlgorithm.parse(alg)), input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + signature;
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** An ES256 token of another key of the issuer. */
    public String signedBy(ECKey key, Consumer<Map<String, Object>> change, Instant now) {
        Map<String, Object> claims = claims(now);
        change.accept(claims);
        String input = encode(JsonMapper.shared().writeValueAsString(header(JWSAlgorithm.ES256, key))) + "."
                + encode(JsonMapper.shared().writeValueAsString(claims));
        try {
            return input + "."
                    + new ECDSASigner(key)
                            .sign(new JWSHeader(JWSAlgorithm.ES256), input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static String encode(String text) {
        return Base64URL.encode(text.getBytes(StandardCharsets.UTF_8)).toString();
    }

    public static String encode(byte[] bytes) {
        return Base64URL.encode(bytes).toString();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
    }
}
