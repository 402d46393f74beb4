package dev.mcpgateway.gateway.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/**
 * A virtual key as its holder has it: {@code mgk_<id>_<secret><checksum>}, 66 characters. The prefix is for scanners of
 * leaked secrets, the id for people and logs, the secret has 256 random bits, and the checksum tells a mistyped or cut key
 * from a wrong one without a look at any list. Prints as its id.
 */
public final class KeyText {
    /** How every key begins. */
    public static final String PREFIX = "mgk_";

    private static final int ID_CHARS = 12;
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_CHARS = 43;
    private static final int CHECKSUM_CHARS = 6;
    private static final int CHARS = PREFIX.length() + ID_CHARS + 1 + SECRET_CHARS + CHECKSUM_CHARS;
    private static final String ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(ALPHABET.length());

    private final String text;

    private KeyText(String text) {
        this.text = text;
    }

    /** A new key from a cryptographically strong source. */
    public static KeyText make(RandomGenerator strong) {
        StringBuilder text = new StringBuilder(PREFIX);
        for (int i = 0; i < ID_CHARS; i++) {
            text.append(ID_ALPHABET.charAt(strong.nextInt(ID_ALPHABET.length())));
        }
        byte[] secret = new byte[SECRET_BYTES];
        strong.nextBytes(secret);
        text.append('_').append(digits(new BigInteger(1, secret), SECRET_CHARS));
        return new KeyText(text.append(checksum(text)).toString());
    }

    /** The key that is written so; empty if none is. Looks at the form alone. */
    public static Optional<KeyText> parse(String text) {
        int secretAt = PREFIX.length() + ID_CHARS + 1;
        int checksumAt = CHARS - CHECKSUM_CHARS;
        if (text.length() != CHARS || !text.startsWith(PREFIX) || text.charAt(secretAt - 1) != '_') {
            return Optional.empty();
        }
        for (int i = PREFIX.length(); i < CHARS; i++) {
            String alphabet = i < secretAt - 1 ? ID_ALPHABET : ALPHABET;
            if (i != secretAt - 1 && alphabet.indexOf(text.charAt(i)) < 0) {
                return Optional.empty();
            }
        }
        return text.substring(checksumAt).equals(checksum(text.substring(0, checksumAt)))
                ? Optional.of(new KeyText(text))
                : Optional.empty();
    }

    /** Names the key; no secret. */
    public String id() {
        return text.substring(PREFIX.length(), PREFIX.length() + ID_CHARS);
    }

    /** SHA-256 of the whole key, hexadecimal: all that is kept of it. 256 random bits need no slow hash. */
    public String sha256() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The key itself, for the one time it is shown. */
    public String expose() {
        return text;
    }

    private static String checksum(CharSequence text) {
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.US_ASCII));
        return digits(BigInteger.valueOf(crc.getValue()), CHECKSUM_CHARS);
    }

    private static String digits(BigInteger number, int count) {
        char[] digits = new char[count];
        BigInteger rest = number;
        for (int i = count - 1; i >= 0; i--) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits[i] = ALPHABET.charAt(parts[1].intValue());
            rest = parts[0];
        }
        return new String(digits);
    }

    @Override
    public String toString() {
        return PREFIX + id() + "_***";
    }
}
