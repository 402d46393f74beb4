package dev.mcpgateway.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code audit init}: keys and log directory. */
final class InitCommand {
    static final String HELP = """
            Usage: audit init --dir DIR --origin ORIGIN --signing-key FILE [--subject-key FILE] [--vkey-out FILE]

            Makes a log under DIR, and the keys if the files do not exist. Does nothing if there is a log already.

              --dir DIR            audit.dir of gateway.yaml
              --origin ORIGIN      audit.origin of gateway.yaml, such as audit.example/gw-1; one writer per origin
              --signing-key FILE   Ed25519 key, PKCS#8 PEM; keep it outside DIR
              --subject-key FILE   key of the pseudonyms; without it audit-subject.key beside the signing key
              --vkey-out FILE      writes the verifier key there too; keep it where the gateway cannot change it

            Prints AUDIT_DIR=... and the verifier key as VKEY=...

            Example:
              audit init --dir audit --origin audit.example/gw-1 --signing-key secrets/audit-signing.pem
            """;

    private InitCommand() {}

    static int run(List<String> rest, PrintStream out, PrintStream err) {
        Arguments arguments = new Arguments(
                rest, Set.of("--dir", "--origin", "--signing-key", "--subject-key", "--vkey-out"), Set.of());
        Path directory = arguments.requiredPath("--dir", "audit");
        String origin = arguments.required("--origin", "audit.example/gw-1");
        Path signingKey = arguments.requiredPath("--signing-key", "secrets/audit-signing.pem");
        if (!arguments.problems().isEmpty()) {
            return AuditMain.usage("init", arguments, err);
        }
        try {
            AuditSettings defaults = AuditSettings.of(directory, origin, signingKey);
            AuditSettings settings = new AuditSettings(
                    directory,
                    origin,
                    signingKey,
                    arguments.optionalPath("--subject-key").orElse(defaults.subjectKeyFile()),
                    "",
                    "",
                    AuditLimits.DEFAULTS);
            LogAddress address = AuditKeys.init(settings, InstantSource.system());
            Optional<Path> vkeyOut = arguments.optionalPath("--vkey-out");
            if (vkeyOut.isPresent()) {
                Files.writeString(vkeyOut.get(), address.vkey() + "\n", StandardCharsets.UTF_8);
            }
            out.println("AUDIT_DIR=" + TerminalText.safe(address.directory().toString()));
            out.println("VKEY=" + TerminalText.safe(address.vkey()));
            return 0;
        } catch (IllegalArgumentException e) {
            arguments.problem(String.valueOf(e.getMessage()));
            return AuditMain.usage("init", arguments, err);
        } catch (AuditRefusesToStart e) {
            err.println("audit init: " + e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            return AuditMain.unreadable("init", e, err);
        }
    }
}
