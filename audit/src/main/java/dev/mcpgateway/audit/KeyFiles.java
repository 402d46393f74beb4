package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/** The two secret files of a log: the signing key (PKCS#8 PEM) and the subject key (64 hexadecimal digits). */
final class KeyFiles {
    private static final String PEM_START = "-----BEGIN PRIVATE KEY-----";
    private static final String PEM_END = "-----END PRIVATE KEY-----";
    private static final int PEM_LINE_CHARS = 64;
    private static final int FILE_BYTES_MAX = 8 << 10;

    private KeyFiles() {}

    /** Makes a signing key unless the file exists. */
    static void createSigningKey(Path file) throws IOException {
        if (Files.notExists(file)) {
            byte[] pkcs8 = newKeyPair(new SecureRandom()).getPrivate().getEncoded();
            String base64 =
                    Base64.getMimeEncoder(PEM_LINE_CHARS, new byte[] {'\n'}).encodeToString(pkcs8);
            writeSecret(file, PEM_START + "\n" + base64 + "\n" + PEM_END + "\n");
        }
    }

    /** Makes a subject key unless the file exists. */
    static void createSubjectKey(Path file) throws IOException {
        if (Files.notExists(file)) {
            byte[] key = new byte[Pseudonyms.KEY_BYTES];
            new SecureRandom().nextBytes(key);
            writeSecret(file, HexFormat.of().formatHex(key) + "\n");
        }
    }

    /** Reads the signing key and derives its public half. */
    static KeyPair signingKey(Path file) throws IOException {
        String text = read(file).strip();
        if (!text.startsWith(PEM_START) || !text.endsWith(PEM_END)) {
            throw new IOException(file + " is not a PKCS#8 PEM file (\"" + PEM_START + "\")");
        }
        try {
            String base64 = text.substring(PEM_START.length(), text.length() - PEM_END.length());
            byte[] pkcs8 = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return withPublicHalf(key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " does not hold an Ed25519 private key", e);
        }
    }

    /** The platform derives a public key only while it makes a pair, so it is handed the private half as its chance. */
    private static KeyPair withPublicHalf(PrivateKey key) throws GeneralSecurityException {
        byte[] secret =
                key instanceof EdECPrivateKey edwards ? edwards.getBytes().orElse(new byte[0]) : new byte[0];
        KeyPair pair = newKeyPair(new FixedRandom(secret));
        if (!(pair.getPrivate() instanceof EdECPrivateKey made)
                || !Arrays.equals(made.getBytes().orElse(new byte[0]), secret)) {
            throw new GeneralSecurityException("the public half cannot be derived");
        }
        return pair;
    }

    private static KeyPair newKeyPair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK 25 makes Ed25519 keys", e);
        }
    }

    /** Reads the key of the pseudonyms. */
    static byte[] subjectKey(Path file) throws IOException {
        String text = read(file).strip();
        if (!text.matches("[0-9a-fA-F]{" + 2 * Pseudonyms.KEY_BYTES + "}")) {
            throw new IOException(
                    file + " is not a subject key: " + 2 * Pseudonyms.KEY_BYTES + " hexadecimal digits are expected");
        }
        return HexFormat.of().parseHex(text);
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " is longer than " + FILE_BYTES_MAX + " bytes, so it is no key file");
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** Written aside with mode 0600 and moved into place, so that nobody else ever sees it, nor half of it. */
    private static void writeSecret(Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().normalize().getParent();
        Files.createDirectories(folder);
        Path aside = Files.createTempFile(
                folder,
                ".key",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(aside, Set.of(StandardOpenOption.WRITE))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
            channel.force(true);
        }
        Files.move(aside, file);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Gives out the bytes it was made with. */
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] bytes;

        FixedRandom(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, Math.min(bytes.length, target.length));
        }
    }
}
