package dev.mcpgateway.gateway.model.content;

import java.io.IOException;
import java.time.Instant;

/** What the audit log knows of contents; asked at the start alone, about what was being written when the gateway ended. */
@FunctionalInterface
public interface Proofs {
    /**
     * Whether the log has a {@code content.kept} of this file.
     *
     * @param call the gateway's id of the call
     * @param where the file, from the folder of all contents
     * @param since no record of it is older
     * @throws IOException if the log cannot tell
     */
    boolean prove(String call, String where, Instant since) throws IOException;
}
