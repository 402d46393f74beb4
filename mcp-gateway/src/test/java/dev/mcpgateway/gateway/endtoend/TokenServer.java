package dev.mcpgateway.gateway.endtoend;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The token endpoint of an authorization server, scripted: it keeps what it was asked, checks the client's assertion, and
 * issues {@code issued-1}, {@code issued-2} and so on, or answers as told.
 */
final class TokenServer implements AutoCloseable {
    private final RawServer server;
    private final ECKey clientKey;
    private final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger issued = new AtomicInteger();
    private final Set<String> forgotten = ConcurrentHashMap.newKeySet();
    private volatile int status = 200;
    private volatile Function<String, String> answer =
            token -> "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":120}";

    TokenServer() throws Exception {
        this.clientKey = new ECKeyGenerator(Curve.P_256).generate();
        this.server = RawServer.start(this::serve);
    }

    /** Writes the client's key for the gateway's configuration. */
    void writeKey(Path file) throws Exception {
        Files.createDirectories(file.getParent());
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(clientKey.toPrivateKey().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Files.writeString(file, pem);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.port() + "/token");
    }

    /** From now on it answers so; the text is given the token that it would issue. */
    void answers(int withStatus, Function<String, String> json) {
        status = withStatus;
        answer = json;
    }

    /** From now on it does not know this token of its own as an actor's, as after a restart. */
    void forgets(String token) {
        forgotten.add(token);
    }

    /** What it was asked, oldest first. */
    List<Map<String, String>> asked() {
        return List.copyOf(asked);
    }

    /** What it was asked with that grant. */
    List<Map<String, String>> asked(String grant) {
        return asked.stream()
                .filter(each -> each.getOrDefault("grant_type", "").endsWith(grant))
                .toList();
    }

    private void serve(RawConnection connection) throws IOException {
        for (Optional<RawRequest> request = connection.readRequest();
                request.isPresent();
                request = connection.readRequest()) {
            Map<String, String> form = Arrays.stream(request.get().text().split("&", -1))
                    .map(pair -> pair.split("=", 2))
                    .collect(Collectors.toMap(pair -> decoded(pair[0]), pair -> decoded(pair[1])));
            asked.add(form);
            if (!isClient(form)) {
                connection.answer(401, "application/json", "{\"error\":\"invalid_client\"}");
            } else if (forgotten.contains(form.getOrDefault("actor_token", ""))) {
                connection.answer(400, "application/json", "{\"error\":\"invalid_grant\"}");
            } else {
                connection.answer(status, "application/json", answer.apply("issued-" + issued.incrementAndGet()));
            }
        }
    }

    private boolean isClient(Map<String, String> form) {
        try {
            SignedJWT assertion = SignedJWT.parse(form.getOrDefault("client_assertion", ""));
            JWSHeader header = assertion.getHeader();
            return header.getAlgorithm().getName().equals("ES256")
                    && assertion.verify(new ECDSAVerifier(clientKey.toPublicJWK()))
                    && assertion.getJWTClaimsSet().getSubject().equals("gw")
                    && assertion.getJWTClaimsSet().getIssuer().equals("gw")
                    && assertion.getJWTClaimsSet().getAudience().equals(List.of(url().toString()))
                    && assertion.getJWTClaimsSet().getJWTID() != null;
        } catch (Exception unreadable) {
            return false;
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close();
    }
}
