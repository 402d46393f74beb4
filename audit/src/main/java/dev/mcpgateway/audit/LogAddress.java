package dev.mcpgateway.audit;

import java.nio.file.Path;

/**
 * Where a log is and how to verify it.
 *
 * @param directory the directory that holds {@code log.json}
 * @param origin name under which its checkpoints are signed
 * @param vkey verifier key, C2SP signed-note form: to be kept where the writer cannot change it
 */
public record LogAddress(Path directory, String origin, String vkey) {}
