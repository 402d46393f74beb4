package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** How the gateway proves to an authorization server which client it is. */
public sealed interface ClientAuthentication {
    /** The client's id there. */
    String clientId();

    /**
     * Adds the proof to a token request.
     *
     * @param form the request's parameters
     * @return further header fields
     * @throws CredentialUnavailable if its secret cannot be used
     */
    List<HttpHeader> prove(Map<String, String> form, Instant now) throws CredentialUnavailable;

    /** A password that both sides know ({@code client_secret_basic}, RFC 6749 section 2.3.1). */
    record ClientSecret(String clientId, SecretSource secret) implements ClientAuthentication {
        @Override
        public List<HttpHeader> prove(Map<String, String> form, Instant now) throws CredentialUnavailable {
            String pair = encoded(clientId) + ":" + encoded(secret.read().expose());
            return List.of(new HttpHeader(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))));
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    /** The same password as a parameter ({@code client_secret_post}), for servers that take it nowhere else. */
    record PostedSecret(String clientId, SecretSource secret) implements ClientAuthentication {
        @Override
        public List<HttpHeader> prove(Map<String, String> form, Instant now) throws CredentialUnavailable {
            form.put("client_id", clientId);
            form.put("client_secret", secret.read().expose());
            return List.of();
        }
    }

    /** A client without a secret: PKCE and the redirect URI are all that protects its codes (RFC 6749 section 2.1). */
    record PublicClient(String clientId) implements ClientAuthentication {
        @Override
        public List<HttpHeader> prove(Map<String, String> form, Instant now) {
            form.put("client_id", clientId);
            return List.of();
        }
    }

    /** Nothing is added: what is asked with proves who asks. */
    record Unnamed() implements ClientAuthentication {
        @Override
        public String clientId() {
            return "";
        }

        @Override
        public List<HttpHeader> prove(Map<String, String> form, Instant now) {
            return List.of();
        }
    }

    /** A JWT that only the holder of a private key can sign ({@code private_key_jwt}, RFC 7523), good for one minute. */
    final class PrivateKeyJwt implements ClientAuthentication {
        private static final long LIFE_SECONDS = 60;
        private final String clientId;
        private final AssertionKey key;
        private final String audience;
        private final RandomGenerator random;

        /**
         * Names the key.
         *
         * @param key where the PEM text of the PKCS #8 key is: P-256, P-384, P-521, Ed25519, or RSA of 2048 bits and more
         * @param keyId value of {@code kid}; empty for none
         * @param audience what the server knows itself by: its issuer identifier or the URL of its token endpoint
         */
        public PrivateKeyJwt(String clientId, SecretSource key, String keyId, String audience, RandomGenerator random) {
            this.clientId = clientId;
            this.key = new AssertionKey(key, keyId);
            this.audience = audience;
            this.random = random;
        }

        @Override
        public String clientId() {
            return clientId;
        }

        @Override
        public List<HttpHeader> prove(Map<String, String> form, Instant now) throws CredentialUnavailable {
            form.put("client_id", clientId);
            form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            form.put("client_assertion", assertion(now.getEpochSecond()));
            return List.of();
        }

        private String assertion(long now) throws CredentialUnavailable {
            Claims claims = new Claims();
            claims.text("iss", clientId);
            claims.text("sub", clientId);
            claims.text("aud", audience);
            claims.number("iat", now);
            claims.number("exp", now + LIFE_SECONDS);
            claims.id(random);
            return key.jwt(claims);
        }
    }
}
