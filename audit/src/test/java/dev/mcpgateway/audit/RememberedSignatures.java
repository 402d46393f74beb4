package dev.mcpgateway.audit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 by the JDK, which does not verify again what it found right: same key, same text, same signature. Nine tenths of
 * the time of a million verifications of nearly the same log go there. What is wrong, or differs in a bit, is verified.
 */
final class RememberedSignatures extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String NAME = "RememberedSignatures";
    private static final String ALGORITHM = "Ed25519";

    private RememberedSignatures(Provider real) {
        super(NAME, "1", "remembers right Ed25519 signatures");
        Set<ByteBuffer> right = ConcurrentHashMap.newKeySet();
        putService(new Service(this, "Signature", ALGORITHM, Verifier.class.getName(), null, Map.of()) {
            @Override
            public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                return new Verifier(Signature.getInstance(ALGORITHM, real), right);
            }
        });
    }

    /** From here on, for all that verifies in this process. */
    static void install() throws NoSuchAlgorithmException {
        Provider real = Signature.getInstance(ALGORITHM).getProvider();
        Security.insertProviderAt(new RememberedSignatures(real), 1);
    }

    static void remove() {
        Security.removeProvider(NAME);
    }

    /** Verifies only; who signs is told to go to the next provider. */
    private static final class Verifier extends SignatureSpi {
        private final Signature real;
        private final Set<ByteBuffer> right;
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private @Nullable PublicKey key;

        Verifier(Signature real, Set<ByteBuffer> right) {
            this.real = real;
            this.right = right;
        }

        @Override
        protected void engineInitVerify(PublicKey publicKey) {
            key = publicKey;
            text.reset();
        }

        @Override
        protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
            throw new InvalidKeyException("verifies only");
        }

        @Override
        protected void engineUpdate(byte b) {
            text.write(b);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            text.write(bytes, offset, length);
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            PublicKey by = Objects.requireNonNull(key);
            byte[] encoded = by.getEncoded();
            byte[] signed = text.toByteArray();
            // keys and signatures of this algorithm have one length
            ByteBuffer all = ByteBuffer.allocate(encoded.length + signature.length + signed.length)
                    .put(encoded)
                    .put(signature)
                    .put(signed)
                    .flip();
            if (right.contains(all)) {
                return true;
            }
            boolean verified = isRight(by, signed, signature);
            if (verified) {
                right.add(all);
            }
            return verified;
        }

        private boolean isRight(PublicKey by, byte[] signed, byte[] signature) throws SignatureException {
            try {
                real.initVerify(by);
            } catch (InvalidKeyException e) {
                throw new SignatureException(e);
            }
            real.update(signed);
            return real.verify(signature);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            throw new SignatureException("verifies only");
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }
}
