package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that are bound to the certificate of the connection (RFC 8705). */
class ClientCertificateTest {
    private static final String STRICT = "https://strict.example";

    @TempDir
    static Path folder;

    private static TestCertificate server;
    private static TestCertificate alice;
    private static TestCertificate bob;
    private static TestCertificate stranger;
    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        server = TestCertificate.make(folder, "server", "EC");
        alice = TestCertificate.make(folder, "alice", "EC");
        bob = TestCertificate.make(folder, "bob", "EC");
        stranger = TestCertificate.make(folder, "stranger", "EC");
        Files.writeString(folder.resolve("cert.pem"), server.certificatePem());
        Files.writeString(folder.resolve("key.pem"), server.keyPem());
        Files.writeString(folder.resolve("clients.pem"), alice.certificatePem() + bob.certificatePem());
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .section(
                        "listen",
                        "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem, client_ca:"
                                + " clients.pem}}")
                .section(
                        "issuers",
                        "{corp: {issuer: \"" + TestIssuer.ISSUER + "\", jwks: {file: jwks.json}}, strict: {issuer: \""
                                + STRICT + "\", jwks: {file: jwks.json}, sender_constraint: mtls}}")
                .upstream("crm", crm)
                .policy(TestGateway.ALLOW_CRM.replace("issuer: corp, ", "issuer: [corp, strict], "))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    @BeforeEach
    void forget() {
        crm.clearRequests();
    }

    private static WireAnswer call(@Nullable TestCertificate client, String token, String... header)
            throws IOException {
        WireRequest request = gateway.agent().calling("crm__echo", "{}").with("Authorization", "Bearer " + token);
        if (header.length > 0) {
            request = request.plus(header[0], header[1]);
        }
        SSLSocket socket =
                (SSLSocket) server.trusting(client).getSocketFactory().createSocket("127.0.0.1", gateway.port());
        socket.startHandshake();
        try (WireClient wire = new WireClient(socket)) {
            return wire.exchange(request);
        }
    }

    private static String bound(TestCertificate certificate, String issuer) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(certificate.certificate().getEncoded());
        String thumbprint = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        return gateway.token(claims -> {
            claims.put("iss", issuer);
            claims.put("cnf", Map.of("x5t#S256", thumbprint));
        });
    }

    @Test
    void aBoundTokenIsTakenFromItsCertificateAlone() throws Exception {
        for (String issuer : new String[] {TestIssuer.ISSUER, STRICT}) {
            String token = bound(alice, issuer);

            assertThat(call(alice, token).firstText()).isEqualTo("hello");
            assertThat(call(bob, token).status()).as("another's certificate").isEqualTo(401);
            assertThat(call(null, token).status()).as("no certificate").isEqualTo(401);
            assertThat(call(alice, token).firstText()).isEqualTo("hello");
        }
        assertThat(crm.requests("tools/call")).hasSize(4);
    }

    @Test
    void aCertificateInAHeaderIsNone() throws Exception {
        String pem = alice.certificatePem().replace("\n", "");
        for (String name :
                new String[] {"X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "Client-Cert", "ssl-client-cert"}) {
            assertThat(call(null, bound(alice, STRICT), name, pem).status())
                    .as(name)
                    .isEqualTo(401);
            assertThat(call(bob, bound(alice, STRICT), name, pem).status())
                    .as(name)
                    .isEqualTo(401);
        }
    }

    @Test
    void aCertificateDoesNotReplaceAToken() throws Exception {
        WireRequest request = gateway.agent().calling("crm__echo", "{}").without("Authorization");
        SSLSocket socket =
                (SSLSocket) server.trusting(alice).getSocketFactory().createSocket("127.0.0.1", gateway.port());
        try (WireClient wire = new WireClient(socket)) {
            assertThat(wire.exchange(request).status()).isEqualTo(401);
        }
    }

    @Test
    void whoHasNoBoundTokenNeedsNoCertificateUnlessTheIssuerAsksForIt() throws Exception {
        String plain = gateway.token();
        String strict = gateway.token(claims -> claims.put("iss", STRICT));

        assertThat(call(null, plain).status()).isEqualTo(200);
        assertThat(call(bob, plain).status()).isEqualTo(200);
        assertThat(call(alice, strict).status()).as("not bound at all").isEqualTo(401);
    }

    @Test
    void aStrangersCertificateEndsTheConnection() {
        assertThatThrownBy(() -> call(stranger, gateway.token())).isInstanceOf(IOException.class);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void newAuthoritiesAreTakenWithoutARestart(@TempDir Path own) throws Exception {
        Files.writeString(own.resolve("cert.pem"), server.certificatePem());
        Files.writeString(own.resolve("key.pem"), server.keyPem());
        Files.writeString(own.resolve("clients.pem"), alice.certificatePem());
        try (TestGateway other = TestGateway.in(own)
                .section(
                        "listen",
                        "{host: 127.0.0.1, port: 0, tls: {certificate: cert.pem, private_key: key.pem, client_ca:"
                                + " clients.pem}}")
                .upstream("crm", crm)
                .start()) {
            assertThat(isGreeted(other, alice)).isTrue();
            assertThat(isGreeted(other, bob)).isFalse();

            Files.writeString(own.resolve("clients.pem"), bob.certificatePem());
            Await.until("the new authority is in use", () -> isGreeted(other, bob));

            assertThat(isGreeted(other, alice)).isFalse();
        }
    }

    private static boolean isGreeted(TestGateway gateway, TestCertificate client) {
        try (WireClient wire =
                new WireClient(server.trusting(client).getSocketFactory().createSocket("127.0.0.1", gateway.port()))) {
            return wire.exchange(gateway.agent().listing()).status() == 200;
        } catch (IOException ended) {
            return false;
        }
    }

    @Test
    void theMetadataSaysSo() throws Exception {
        SSLSocket socket = (SSLSocket) server.trusting().getSocketFactory().createSocket("127.0.0.1", gateway.port());
        try (WireClient wire = new WireClient(socket)) {
            WireAnswer document = wire.exchange(WireRequest.of("GET", "/.well-known/oauth-protected-resource/mcp")
                    .plus("Host", gateway.url().getAuthority()));
            assertThat(document.json()
                            .path("tls_client_certificate_bound_access_tokens")
                            .booleanValue())
                    .isTrue();
        }
    }
}
