package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.SignatureSpi;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Call tokens that a library other than the JDK signs: the JDK's opinion of them counts. */
class TokenSignerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private static SigningKey key(SigningAlgorithm algorithm) throws GeneralSecurityException {
        return SigningKey.of(algorithm, algorithm.generate(), NOW, NOW);
    }

    @Test
    void bouncyCastlesSignaturesAreThoseOfTheJdk() throws Exception {
        TokenSigner signer = TokenSigner.open(SigningLibrary.BOUNCY_CASTLE);
        SigningKey one = key(SigningAlgorithm.EDDSA);
        SigningKey other = key(SigningAlgorithm.EDDSA);

        for (SigningKey key : new SigningKey[] {one, other, one}) {
            assertThat(signer.sign(key, TEXT)).isEqualTo(key.sign(TEXT));
        }
        assertThat(Security.getProviders())
                .extracting(Provider::getName)
                .as("providers of the whole process")
                .doesNotContain("BC");
    }

    @Test
    void aCallTokenOfBouncyCastleIsVerifiedWithThePublishedKey() throws Exception {
        CallTokenKeys keys = CallTokenKeys.open(
                folder.resolve("keys.pem"),
                Set.of(SigningAlgorithm.EDDSA),
                new TimeSource(() -> NOW, System::nanoTime),
                new SecureRandom());
        CallToken tokens = new CallToken(
                new CallToken.Settings(
                        "https://gw.example",
                        "https://crm.example/mcp",
                        SigningAlgorithm.EDDSA,
                        CallToken.LIFE_DEFAULT,
                        CallToken.SubjectForm.PLAIN),
                keys,
                TokenSigner.open(SigningLibrary.BOUNCY_CASTLE),
                () -> NOW,
                new SecureRandom());

        String[] parts = tokens.issue(new CredentialUse.Own())
                .headers()
                .getFirst()
                .value()
                .substring("Bearer ".length())
                .split("\\.", -1);

        byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
        assertThat(keys.signing(SigningAlgorithm.EDDSA)
                        .verifies(signed, Base64.getUrlDecoder().decode(parts[2])))
                .isTrue();
    }

    @Test
    void itSignsNothingButEdDsa() throws Exception {
        TokenSigner signer = TokenSigner.open(SigningLibrary.BOUNCY_CASTLE);

        assertThat(SigningLibrary.BOUNCY_CASTLE.signs(SigningAlgorithm.ES256)).isFalse();
        assertThatThrownBy(() -> signer.sign(key(SigningAlgorithm.ES256), TEXT))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aLibraryThatSignsWronglyIsNotOpened() {
        assertThatThrownBy(() -> TokenSigner.of(new Wrong(Map.of(
                        "KeyFactory.Ed25519", Keys.class.getName(), "Signature.Ed25519", Zeros.class.getName()))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wrong cannot sign call tokens: the JDK does not verify");
    }

    @Test
    void aLibraryThatCannotSignIsNotOpened() {
        assertThatThrownBy(() -> TokenSigner.of(new Wrong(Map.of())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wrong cannot sign call tokens");
    }

    private static final class Wrong extends Provider {
        private static final long serialVersionUID = 1;

        Wrong(Map<String, String> services) {
            super("wrong", "1", "signs wrongly");
            putAll(services);
        }
    }

    /** Keys as the JDK has them. */
    public static final class Keys extends KeyFactorySpi {
        @Override
        protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
            throw new InvalidKeySpecException();
        }

        @Override
        protected PrivateKey engineGeneratePrivate(KeySpec spec) throws InvalidKeySpecException {
            try {
                return KeyFactory.getInstance("Ed25519").generatePrivate(spec);
            } catch (GeneralSecurityException impossible) {
                throw new InvalidKeySpecException(impossible);
            }
        }

        @Override
        protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) throws InvalidKeySpecException {
            throw new InvalidKeySpecException();
        }

        @Override
        protected Key engineTranslateKey(Key key) {
            return key;
        }
    }

    /** Signatures of the right length. */
    public static final class Zeros extends SignatureSpi {
        @Override
        protected void engineInitVerify(PublicKey key) {}

        @Override
        protected void engineInitSign(PrivateKey key) {}

        @Override
        protected void engineUpdate(byte each) {}

        @Override
        protected void engineUpdate(byte[] bytes, int from, int length) {}

        @Override
        protected byte[] engineSign() {
            return new byte[64];
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return true;
        }

        @Override
        @SuppressWarnings("deprecation")
        protected void engineSetParameter(String name, Object value) {}

        @Override
        @SuppressWarnings("deprecation")
        protected Object engineGetParameter(String name) {
            return name;
        }
    }
}
