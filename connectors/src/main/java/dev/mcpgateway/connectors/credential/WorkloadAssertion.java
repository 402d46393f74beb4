package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.util.random.RandomGenerator;

/** What the gateway shows of who it is and for whom it asks, to get a credential that lives for a short time. */
public sealed interface WorkloadAssertion {
    /**
     * The assertion for a workload, a JWT.
     *
     * @throws CredentialUnavailable if it cannot be read or signed
     */
    Secret of(Workload workload) throws CredentialUnavailable;

    /** The next one is made of what is read anew. */
    void refresh();

    /** A token that somebody else writes and renews, such as the projected one of a Kubernetes service account. */
    record Given(SecretSource token) implements WorkloadAssertion {
        @Override
        public Secret of(Workload workload) throws CredentialUnavailable {
            Secret read = token.read();
            if (!read.expose().matches("[A-Za-z0-9_.-]{1,20000}")) {
                throw new SecretUnavailable("secret " + token + " is no JWT");
            }
            return read;
        }

        @Override
        public void refresh() {
            token.refresh();
        }
    }

    /**
     * A JWT that the gateway signs, good for one minute: {@code sub} names the workload ({@link Workload#subject}), which also
     * stands in {@code tenant}, {@code client} and {@code user}.
     */
    final class Signed implements WorkloadAssertion {
        private static final long LIFE_SECONDS = 60;

        private final Settings settings;
        private final AssertionKey key;
        private final TimeSource time;
        private final RandomGenerator random;

        /**
         * What is the same in all of them.
         *
         * @param issuer who the gateway is to the server
         * @param subject value of {@code sub}, where the server wants one and the same; empty for the workload's
         * @param audience what the server knows itself by
         */
        public record Settings(String issuer, String subject, String audience) {}

        /**
         * Names the key.
         *
         * @param key where the PEM text of the PKCS #8 key is: P-256, P-384, P-521, Ed25519, or RSA of 2048 bits and more
         * @param keyId value of {@code kid}; empty for none
         * @param random cryptographically strong
         */
        public Signed(Settings settings, SecretSource key, String keyId, TimeSource time, RandomGenerator random) {
            this.settings = settings;
            this.key = new AssertionKey(key, keyId);
            this.time = time;
            this.random = random;
        }

        @Override
        public Secret of(Workload workload) throws CredentialUnavailable {
            Claims claims = new Claims();
            claims.text("iss", settings.issuer());
            claims.text("sub", settings.subject().isEmpty() ? workload.subject() : settings.subject());
            claims.text("aud", settings.audience());
            claims.text("workload", workload.subject());
            add(claims, "tenant", workload.tenant());
            add(claims, "client", workload.client());
            add(claims, "user", workload.user());
            long now = time.now().getEpochSecond();
            claims.number("iat", now);
            claims.number("exp", now + LIFE_SECONDS);
            claims.id(random);
            return Secret.of(key.jwt(claims));
        }

        private static void add(Claims claims, String name, String value) {
            if (!value.isEmpty()) {
                claims.text(name, value);
            }
        }

        @Override
        public void refresh() {
            key.refresh();
        }
    }
}
