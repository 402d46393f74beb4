package dev.mcpgateway.audit;

import java.nio.file.Path;
import java.util.Optional;

/** What a log is verified against. Without a pinned key nothing is proven, and the result says so. */
public final class VerifyOptions {
    private final Optional<Path> vkeyFile;
    private final Optional<Path> expectedCheckpoint;
    private final boolean allSignatures;

    private VerifyOptions(Optional<Path> vkeyFile, Optional<Path> expectedCheckpoint, boolean allSignatures) {
        this.vkeyFile = vkeyFile;
        this.expectedCheckpoint = expectedCheckpoint;
        this.allSignatures = allSignatures;
    }

    /** Nothing pinned: only consistency can be checked. */
    public static VerifyOptions unanchored() {
        return new VerifyOptions(Optional.empty(), Optional.empty(), false);
    }

    /** Pins the verifier keys in a file that the log's writer cannot change, one key a line. */
    public static VerifyOptions pinned(Path vkeyFile) {
        return new VerifyOptions(Optional.of(vkeyFile), Optional.empty(), false);
    }

    /** Also demands that the log continues the signed checkpoint in this file, kept from an earlier day. */
    public VerifyOptions expecting(Path checkpointFile) {
        return new VerifyOptions(vkeyFile, Optional.of(checkpointFile), allSignatures);
    }

    /**
     * Also checks the signature on every line of {@code checkpoints.log}, about 0.4 ms each. Without it their roots are
     * all recomputed, but only the newest signature is checked: it covers every record before it.
     */
    public VerifyOptions withAllSignatures() {
        return new VerifyOptions(vkeyFile, expectedCheckpoint, true);
    }

    Optional<Path> vkeyFile() {
        return vkeyFile;
    }

    Optional<Path> expectedCheckpoint() {
        return expectedCheckpoint;
    }

    boolean allSignatures() {
        return allSignatures;
    }
}
