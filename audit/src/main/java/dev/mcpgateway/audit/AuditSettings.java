package dev.mcpgateway.audit;

import java.nio.file.Path;

/**
 * Where a log lives and who signs it.
 *
 * @param directory the folder of the log's own folder; each log lives in {@code <directory>/<log id>}
 * @param origin the operator's name for this writer, such as {@code audit.example/gw-1}; the log's checkpoints are
 *     signed under {@code <origin>/<log id>}, so that no two logs ever share a name. One writer per origin
 * @param signingKeyFile Ed25519 private key, PKCS#8 PEM; created with mode 0600 at the first start. Keep it outside
 *     {@code directory}
 * @param subjectKeyFile 32 bytes as 64 hexadecimal digits: the key of the pseudonyms; created likewise
 * @param host {@code node.host}: which machine wrote; written once per opening
 * @param version {@code node.version}: which version wrote; written once per opening
 * @param limits all limits
 */
public record AuditSettings(
        Path directory,
        String origin,
        Path signingKeyFile,
        Path subjectKeyFile,
        String host,
        String version,
        AuditLimits limits) {
    private static final int ORIGIN_CHARS_MAX = 200;

    /** Checks the origin: it becomes a key name of a signed note, so it holds no space, control or {@code +}. */
    public AuditSettings {
        if (!origin.matches("[a-zA-Z0-9][a-zA-Z0-9._/:-]*") || origin.length() > ORIGIN_CHARS_MAX) {
            throw new IllegalArgumentException("audit.origin \"" + TerminalText.safe(origin)
                    + "\" must be 1 to 200 of the characters a-z A-Z 0-9 . _ - / : and begin with a letter or digit,"
                    + " such as audit.example/gw-1");
        }
    }

    /** Default limits; the subject key beside the signing key, as {@code audit-subject.key}. */
    public static AuditSettings of(Path directory, String origin, Path signingKeyFile) {
        return new AuditSettings(
                directory,
                origin,
                signingKeyFile,
                signingKeyFile.resolveSibling("audit-subject.key"),
                "",
                "",
                AuditLimits.DEFAULTS);
    }
}
