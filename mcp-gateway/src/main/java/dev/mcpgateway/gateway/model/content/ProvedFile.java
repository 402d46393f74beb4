package dev.mcpgateway.gateway.model.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A sealed content as the audit log names it.
 *
 * @param where {@code detail.where}
 * @param bytes {@code detail.bytes}
 * @param sha256 {@code detail.sha256}
 */
public record ProvedFile(String where, long bytes, String sha256) {
    private static final long BYTES_MAX = 256L << 20;

    /** Where it stands. */
    public enum State {
        /** There, and as long as the log says. */
        THERE,
        /** There, and something else. */
        ALTERED,
        /** Not there: erased, expired, or in another folder. */
        GONE
    }

    /** Whether it is there; what is inside is compared by {@link #read} alone. */
    public State state(Path folder) throws IOException {
        Optional<Path> file = ContentFolder.file(folder, where);
        if (file.isEmpty() || !Files.isRegularFile(file.get(), LinkOption.NOFOLLOW_LINKS)) {
            return State.GONE;
        }
        return Files.size(file.get()) == bytes ? State.THERE : State.ALTERED;
    }

    /**
     * The sealed bytes, which are those that the log proves.
     *
     * @throws IOException if they are not, or not there; the message is for who reads it
     */
    public byte[] read(Path folder) throws IOException {
        Path file = ContentFolder.file(folder, where)
                .orElseThrow(() -> new IOException("the log names a place that is none of a content"));
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    file + " is not there: it was erased, its time was over, or --content is another folder");
        }
        if (bytes > BYTES_MAX || Files.size(file) != bytes) {
            throw new IOException(file + " is not what the log proves: it is not as long");
        }
        byte[] sealed = Files.readAllBytes(file);
        if (!ContentWriter.sha256(sealed).equals(sha256)) {
            throw new IOException(file + " is not what the log proves: its SHA-256 is another");
        }
        return sealed;
    }
}
