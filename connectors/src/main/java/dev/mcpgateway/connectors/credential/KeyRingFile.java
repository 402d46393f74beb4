package dev.mcpgateway.connectors.credential;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The file of the signing keys: text with PEM blocks, mode 0600, replaced as a whole and under a lock, so that a crash
 * leaves the old keys or the new ones. A damaged file is refused and never overwritten: verifiers would stop to believe.
 */
final class KeyRingFile {
    private static final String TITLE = "# Signing keys of the call tokens; written by mcp-gateway, not to be edited.";
    private static final int BYTES_MAX = 256 * 1024;
    private static final int LOCK_ATTEMPTS_MAX = 200;
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.ISO_8859_1));

    private final Path file;

    KeyRingFile(Path file) {
        this.file = file;
    }

    /** What is done with the ring under the lock; the ring that comes back is written, unless it is the same. */
    @FunctionalInterface
    interface Change {
        KeyRing apply(KeyRing ring) throws GeneralSecurityException;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** A name of this version of the content. */
    Object version() throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
    }

    /** Changes the file; a missing one counts as the given ring. */
    KeyRing change(KeyRing missing, Change change) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = lock(channel)) {
            boolean there = exists();
            KeyRing before = there ? read() : missing;
            KeyRing after = change.apply(before);
            if (!there || !after.equals(before)) {
                write(after);
            }
            return after;
        } catch (GeneralSecurityException broken) {
            throw new IOException("no signing key can be made: " + broken.getMessage(), broken);
        }
    }

    /** Waits for other processes, and for other parts of this one, which the system refuses at once. */
    private FileLock lock(FileChannel channel) throws IOException {
        for (int attempt = 0; attempt < LOCK_ATTEMPTS_MAX; attempt++) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException heldHere) {
                // the holder needs milliseconds
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
        }
        throw new IOException(file + ".lock is held by another process");
    }

    KeyRing read() throws IOException {
        if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException("signing keys " + file + " are open to everyone: chmod 600 the file");
        }
        if (Files.size(file) > BYTES_MAX) {
            throw damaged("it is too long");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        try {
            return parse(lines);
        } catch (GeneralSecurityException | IllegalArgumentException | DateTimeException broken) {
            throw damaged(String.valueOf(broken.getMessage()));
        }
    }

    private IOException damaged(String why) {
        return new IOException("signing keys " + file + " are damaged (" + why
                + "): restore the file, or remove it and have every upstream fetch the new keys");
    }

    private static KeyRing parse(List<String> lines) throws GeneralSecurityException {
        if (lines.size() < 2 || !lines.get(0).equals(TITLE) || !lines.get(1).startsWith("pairwise ")) {
            throw new GeneralSecurityException("unknown form");
        }
        Secret pairwise = Secret.of(lines.get(1).substring("pairwise ".length()));
        List<SigningKey> keys = new ArrayList<>();
        int at = 2;
        while (at < lines.size()) {
            String[] key = lines.get(at).split(" ", -1);
            if (key.length != 5 || !key[0].equals("key")) {
                throw new GeneralSecurityException("line " + (at + 1) + " is not that of a key");
            }
            SigningAlgorithm algorithm = Arrays.stream(SigningAlgorithm.values())
                    .filter(each -> each.jose().equals(key[1]))
                    .findFirst()
                    .orElseThrow(() -> new GeneralSecurityException("unknown algorithm"));
            KeyFactory factory = KeyFactory.getInstance(algorithm.keys());
            int privateEnd = block(lines, at + 1, "PRIVATE KEY");
            int publicEnd = block(lines, privateEnd, "PUBLIC KEY");
            KeyPair pair = new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(decode(lines, privateEnd, publicEnd))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(decode(lines, at + 1, privateEnd))));
            SigningKey read = SigningKey.of(algorithm, pair, Instant.parse(key[3]), Instant.parse(key[4]));
            if (!read.keyId().equals(key[2]) || !read.isWhole()) {
                throw new GeneralSecurityException("the halves of a key do not belong together");
            }
            keys.add(read);
            at = publicEnd;
        }
        return new KeyRing(keys, pairwise);
    }

    /** The line behind a PEM block that begins here. */
    private static int block(List<String> lines, int from, String name) throws GeneralSecurityException {
        int end = from;
        while (end < lines.size() && !lines.get(end).equals("-----END " + name + "-----")) {
            end++;
        }
        if (end >= lines.size() || !lines.get(from).equals("-----BEGIN " + name + "-----")) {
            throw new GeneralSecurityException("a PEM block is missing");
        }
        return end + 1;
    }

    private static byte[] decode(List<String> lines, int from, int end) {
        return Base64.getMimeDecoder().decode(String.join("", lines.subList(from + 1, end - 1)));
    }

    private void write(KeyRing ring) throws IOException {
        StringBuilder text = new StringBuilder(TITLE)
                .append("\npairwise ")
                .append(ring.pairwise().expose())
                .append('\n');
        for (SigningKey key : ring.keys()) {
            text.append("key ")
                    .append(String.join(
                            " ",
                            key.algorithm().jose(),
                            key.keyId(),
                            key.publishedAt().toString(),
                            key.from().toString()))
                    .append("\n-----BEGIN PRIVATE KEY-----\n")
                    .append(PEM.encodeToString(key.pair().getPrivate().getEncoded()))
                    .append("\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n")
                    .append(PEM.encodeToString(key.pair().getPublic().getEncoded()))
                    .append("\n-----END PUBLIC KEY-----\n");
        }
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            var bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                int _ = channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
