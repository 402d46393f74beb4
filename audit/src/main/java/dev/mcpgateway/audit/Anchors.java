package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a verification trusts, all of it from outside the log.
 *
 * @param keys pinned verifier keys; empty if none were given
 * @param expectedCheckpoint a signed checkpoint from an earlier day
 */
record Anchors(List<NoteKey> keys, Optional<SignedNote> expectedCheckpoint) {
    Anchors {
        keys = List.copyOf(keys);
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read or is not what it should be
     */
    static Anchors read(VerifyOptions options) throws IOException {
        List<NoteKey> keys = List.of();
        if (options.vkeyFile().isPresent()) {
            Path file = options.vkeyFile().get();
            keys = LogIdentity.parseKeys(small(file), file.toString());
        }
        Optional<SignedNote> expected = Optional.empty();
        if (options.expectedCheckpoint().isPresent()) {
            Path file = options.expectedCheckpoint().get();
            try {
                expected = Optional.of(SignedNote.parse(small(file)));
            } catch (SignedNote.Malformed e) {
                throw new IOException(file + " is not a signed note: " + e.getMessage(), e);
            }
        }
        return new Anchors(keys, expected);
    }

    private static byte[] small(Path file) throws IOException {
        if (Files.size(file) > LogFiles.SMALL_FILE_BYTES_MAX) {
            throw new IOException(file + " is longer than " + LogFiles.SMALL_FILE_BYTES_MAX + " bytes");
        }
        return Files.readAllBytes(file);
    }
}
