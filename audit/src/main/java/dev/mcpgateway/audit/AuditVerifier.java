package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Proves offline, from files and a pinned key alone, that a log is whole: nothing altered, inserted, reordered or
 * removed up to its newest signed checkpoint.
 *
 * <p>Everything is recomputed from the bytes of the records; caches are not trusted. A live log is proven up to its newest
 * checkpoint, and the records behind it are reported as not proven yet. It is never proven that a record tells the truth,
 * and without an expected checkpoint or a witness not that this is the only history that was ever signed.
 */
public final class AuditVerifier {
    private AuditVerifier() {}

    /**
     * Verifies the log in a directory.
     *
     * @param directory the directory that holds {@code log.json}
     */
    public static VerifyReport verify(Path directory, VerifyOptions options) {
        Findings findings = new Findings();
        try {
            Anchors anchors = Anchors.read(options);
            return verify(new FileStorage(directory), anchors, options.allSignatures());
        } catch (IOException e) {
            findings.problem(Findings.Kind.UNREADABLE, Verification.text(e));
            return new VerifyReport(findings.exitCode(), findings.lines(), 0, 0);
        }
    }

    static VerifyReport verify(AuditStorage storage, Anchors anchors, boolean allSignatures) {
        return new Verification(storage, anchors, allSignatures).run();
    }
}
