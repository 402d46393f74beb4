package dev.mcpgateway.gateway.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The nonces that proofs must hold where an issuer's profile asks for them (RFC 9449, section 9). A nonce is made of the
 * present stretch of time and a key of this process: nothing is kept, and a proof cannot be made in advance. It is good
 * for its stretch and the one after.
 */
final class DpopNonces {
    /** How long one nonce is handed out. */
    static final Duration STRETCH = Duration.ofMinutes(2);

    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 18;

    private final SecretKeySpec key;
    private final InstantSource clock;

    DpopNonces(RandomGenerator secureRandom, InstantSource clock) {
        byte[] bytes = new byte[KEY_BYTES];
        secureRandom.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
        this.clock = clock;
    }

    /** The nonce to be used now. */
    String current() {
        return nonce(stretch());
    }

    /** Whether a proof with this nonce was made lately. */
    boolean isCurrent(String nonce) {
        long now = stretch();
        return isEqual(nonce, nonce(now)) || isEqual(nonce, nonce(now - 1));
    }

    private long stretch() {
        return clock.instant().getEpochSecond() / STRETCH.toSeconds();
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private String nonce(long stretch) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] tag =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(stretch).array());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(tag, NONCE_BYTES));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
