package dev.mcpgateway.gateway.model.kept;

import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Says whose an id is, in the id itself: {@code <id>_gw_<22 characters>}, the first 128 bits of an HMAC-SHA256 over issuer,
 * subject, provider and id. Nothing is remembered, so restarts and replicas with the same key agree. Thread-safe.
 */
public final class OwnerSeal {
    private static final String FILE = "model-ids.key";
    private static final int KEY_BYTES = 32;
    private static final int TAG_BYTES = 16;
    private static final String MARK = "_gw_";
    private static final int TAG_CHARS = MARK.length() + 22;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /** With this key of 32 bytes. */
    OwnerSeal(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * With the key in the state folder, which is made if there is none.
     *
     * @param strong must be cryptographically strong
     * @throws IOException if it is damaged, or cannot be read or kept
     */
    public static OwnerSeal load(Path stateDir, RandomGenerator strong) throws IOException {
        StateFile file = new StateFile(stateDir.resolve(FILE));
        Optional<byte[]> kept = file.read();
        if (kept.isEmpty()) {
            byte[] made = new byte[KEY_BYTES];
            strong.nextBytes(made);
            file.write(made);
            kept = Optional.of(made);
        }
        if (kept.get().length != KEY_BYTES) {
            throw new StateDamaged(file.path().toString(), "it is no key");
        }
        return new OwnerSeal(kept.get());
    }

    /** What stands behind an id that this caller was given; ASCII. */
    String tag(Caller caller, String provider, String id) {
        // names and providers have no control characters, and the id comes last: no two lists of them are one text
        byte[] mac = mac(
                "id\n" + caller.subject().issuer() + '\n' + caller.subject().subject() + '\n' + provider + '\n' + id);
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mac, TAG_BYTES));
    }

    /** The provider's id, if this caller was given the sealed one; empty for any other text. */
    Optional<String> opened(Caller caller, String provider, String sealed) {
        int end = sealed.length() - TAG_CHARS;
        if (end < 1) {
            return Optional.empty();
        }
        String id = sealed.substring(0, end);
        byte[] right = tag(caller, provider, id).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(right, sealed.substring(end).getBytes(StandardCharsets.UTF_8))
                ? Optional.of(id)
                : Optional.empty();
    }

    /** Whether it has the form of a sealed id. */
    static boolean isSealed(String id) {
        return id.length() > TAG_CHARS && id.startsWith(MARK, id.length() - TAG_CHARS);
    }

    /** An agent's idempotency key as providers get it: equal for equal keys of one caller, and for nothing else. */
    String idempotencyKey(Caller caller, String given) {
        return "gw-"
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(mac("idempotency\n" + caller.key() + '\n' + given));
    }

    private byte[] mac(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
