package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A secret in a file, one trailing line end stripped. A changed file is picked up within {@value #RECHECK_MILLIS} ms, so
 * that a rotated secret needs no restart. A file that everyone may read or write is refused: its content is no secret.
 */
public final class SecretFile implements SecretSource {
    /** Between two looks at the file: a rotation may wait so long, a call need not ask the file system. */
    static final long RECHECK_MILLIS = 1000;

    /** Longest secret; the largest tokens are far below. */
    static final int BYTES_MAX = 64 * 1024;

    private final Path path;
    private final TimeSource time;
    private volatile @Nullable Read last;

    /** What was read, and from which version of the file. */
    private record Read(Secret secret, Version version, long checkedNanos) {}

    /** Two versions of a file differ in at least one of these. */
    private record Version(
            FileTime modified, long size, @Nullable Object key) {}

    /** Names the file; nothing is read yet. */
    public SecretFile(Path path, TimeSource time) {
        this.path = path;
        this.time = time;
    }

    @Override
    public Secret read() throws SecretUnavailable {
        Read known = last;
        long now = time.nanos();
        if (known != null && now - known.checkedNanos() < RECHECK_MILLIS * 1_000_000) {
            return known.secret();
        }
        try {
            Version version = version();
            Secret secret = known != null && known.version().equals(version) ? known.secret() : readFile();
            last = new Read(secret, version, now);
            return secret;
        } catch (NoSuchFileException missing) {
            throw unavailable("does not exist: create it or correct the path");
        } catch (CharacterCodingException binary) {
            throw unavailable("is not UTF-8 text");
        } catch (IOException unreadable) {
            throw unavailable("cannot be read (" + unreadable.getClass().getSimpleName() + "): check owner and mode");
        }
    }

    @Override
    public void refresh() {
        last = null;
    }

    private Version version() throws IOException, SecretUnavailable {
        PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (posix == null) {
            throw unavailable("is on a file system without permissions: move it");
        }
        var attributes = posix.readAttributes();
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw unavailable("is open to everyone (" + PosixFilePermissions.toString(permissions) + "): chmod 600 it");
        }
        if (!attributes.isRegularFile()) {
            throw unavailable("is not a regular file");
        }
        if (attributes.size() > BYTES_MAX) {
            throw unavailable("is longer than " + BYTES_MAX + " bytes: is it the right file?");
        }
        return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    private Secret readFile() throws IOException, SecretUnavailable {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
                .toString();
        String value = text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        if (value.isEmpty()) {
            throw unavailable("is empty");
        }
        return Secret.of(value);
    }

    private SecretUnavailable unavailable(String what) {
        return new SecretUnavailable("secret file " + path + " " + what);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretFile file && file.path.equals(path);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path);
    }

    @Override
    public String toString() {
        return "file " + path;
    }
}
