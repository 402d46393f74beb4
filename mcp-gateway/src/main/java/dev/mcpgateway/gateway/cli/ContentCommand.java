package dev.mcpgateway.gateway.cli;

import static dev.mcpgateway.gateway.cli.PlainText.quote;

import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.gateway.evidence.KeptContents;
import dev.mcpgateway.gateway.model.content.Content;
import dev.mcpgateway.gateway.model.content.ProvedFile;
import dev.mcpgateway.gateway.model.content.TenantsPrivateKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code models content}: what was asked of models and answered, of the tenants that allow it to be kept. */
@Command(
        name = "content",
        mixinStandardHelpOptions = true,
        description = {
            "Requests to models and their answers, kept for the tenants that gateway.yaml names (models.content), each in a",
            "file that is sealed for the tenant's key: the gateway can write it and not read it. The audit log has the",
            "SHA-256 of each file. A tenant makes its key so, and gives the gateway's operators the second file:",
            "  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out acme.pem",
            "  openssl pkey -in acme.pem -pubout -out acme.pub.pem"
        },
        subcommands = {ContentCommand.Listing.class, ContentCommand.Open.class, ContentCommand.Erase.class})
final class ContentCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: list, open or erase");
    }

    /** {@code models content list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Lists the contents that the audit log knows of, and whether their files are there: there, gone (erased,",
                "expired or elsewhere), altered; also what was to be kept and is not, and why."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:printed",
                "1:printed, but records are damaged or there is more than fits",
                "2:wrong usage",
                "3:the log or the folder cannot be read"
            },
            footer = {"%nExample:", "  mcp-gateway models content list --audit audit --content content --tenant acme"})
    static final class Listing implements Callable<Integer> {
        @Mixin
        Period period = new Period();

        @Option(
                names = "--content",
                required = true,
                paramLabel = "DIR",
                description = "The folder of contents (models.content.dir).")
        Path folder = Path.of("content");

        @Option(names = "--tenant", paramLabel = "NAME", description = "Only of this tenant.")
        String tenant = "";

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            KeptContents.Report report = KeptContents.of(period.log(), folder, period.from, period.to, tenant);
            spec.commandLine().getOut().print(report.grid().as(period.form));
            spec.commandLine().getOut().flush();
            return Period.complete(spec.commandLine().getErr(), report.damaged(), report.isCut());
        }
    }

    /** {@code models content open}. */
    @Command(
            name = "open",
            mixinStandardHelpOptions = true,
            description = {
                "Opens the content of one call with the tenant's private key, after it compared the file's SHA-256 with the",
                "audit log; what the log does not prove is not opened. Verify the log itself first (audit verify). Prints",
                "without control characters, or writes the very bytes with --out. Needs no gateway: copies of the log",
                "and of the folder are enough."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:opened",
                "1:no such content in the log",
                "2:wrong usage",
                "3:not opened: it is gone, altered, sealed for another key, or a file cannot be read"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway models content open --call 019a… --key acme.pem --audit audit --content content"
            })
    static final class Open implements Callable<Integer> {
        /** What is shown of a content. */
        enum Part {
            REQUEST,
            ANSWER,
            BOTH
        }

        @Option(
                names = "--call",
                required = true,
                paramLabel = "ID",
                description = "The call, as the audit log names it.")
        String call = "";

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "The tenant's private key, PEM, PKCS #8.")
        Path key = Path.of("key.pem");

        @Option(
                names = "--audit",
                required = true,
                paramLabel = "DIR",
                description = "The audit log: the directory that holds log.json, or the one above it.")
        Path audit = Path.of("audit");

        @Option(
                names = "--content",
                required = true,
                paramLabel = "DIR",
                description = "The folder of contents (models.content.dir).")
        Path folder = Path.of("content");

        @Option(
                names = "--part",
                paramLabel = "PART",
                defaultValue = "both",
                description = "request, answer or both. Default: ${DEFAULT-VALUE}.")
        Part part = Part.BOTH;

        @Option(names = "--out", paramLabel = "FILE", description = "A new file (mode 0600) for the bytes of one part.")
        @Nullable
        Path out;

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            if (out != null && part == Part.BOTH) {
                throw new ParameterException(spec.commandLine(), "--out needs --part request or --part answer");
            }
            ProvedFile proved = KeptContents.of(AuditReader.in(audit), call).orElse(null);
            if (proved == null) {
                spec.commandLine().getErr().println("the log has no content of that call");
                return ExitCode.PROBLEMS;
            }
            Content content = TenantsPrivateKey.read(key).open(proved.read(folder));
            if (!content.call().equals(call)) {
                throw new IOException("what is inside is of another call");
            }
            show(content);
            return ExitCode.OK;
        }

        private void show(Content content) throws IOException {
            Path file = out;
            if (file != null) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(
                        file, part == Part.REQUEST ? content.request() : content.answer(), StandardOpenOption.WRITE);
                return;
            }
            PrintWriter writer = spec.commandLine().getOut();
            writer.println("call " + content.call() + "  tenant " + PlainText.printable(content.tenant()) + "  model "
                    + PlainText.printable(content.alias()) + "  " + content.at()
                    + (content.isComplete() ? "" : "  (broken off)") + (content.isCut() ? "  (cut)" : ""));
            if (part != Part.ANSWER) {
                writer.println("request:");
                writer.println(lines(content.request()));
            }
            if (part != Part.REQUEST) {
                writer.println("answer:");
                writer.println(lines(content.answer()));
            }
            writer.flush();
        }

        /** What a model says must not move the reader's cursor. */
        private static String lines(byte[] bytes) {
            return Arrays.stream(new String(bytes, StandardCharsets.UTF_8).split("\n", -1))
                    .map(PlainText::printable)
                    .collect(Collectors.joining("\n"));
        }
    }

    /** {@code models content erase}. */
    @Command(
            name = "erase",
            mixinStandardHelpOptions = true,
            description = {
                "Deletes contents of a tenant: all, those before a day, or one call's. It is in the audit log before it is",
                "done. The records of the calls stay, with the digests: the log verifies as before. Backups of the",
                "folder are yours to erase; without the tenant's private key nobody reads them. Deletes file by file and waits",
                "for that, an hour at most; the gateway goes on also when nobody waits any more."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:deleted, or there was nothing",
                "1:deleted, but how much is not in the audit log",
                "2:wrong usage",
                "3:refused, not all deleted, or not known (the gateway may be at it still); printed"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway models content erase --tenant acme --before 2026-11-01 --reason 'request 12' \\",
                "      --admin http://127.0.0.1:8081 --token-file ops.token"
            })
    static final class Erase implements Callable<Integer> {
        /** What waits for the disk is waited for, up to a minute; then a day may have a million files. */
        private static final Duration PATIENCE = Duration.ofHours(1);

        @Option(names = "--tenant", required = true, paramLabel = "NAME", description = "The tenant.")
        String tenant = "";

        @Option(names = "--before", paramLabel = "DAY", description = "Only of days before this one (UTC).")
        @Nullable
        LocalDate before;

        @Option(names = "--call", paramLabel = "ID", description = "Only of this call.")
        String call = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer = admin.order(
                    "/content/erase",
                    "{\"tenant\":" + quote(tenant) + (before == null ? "" : ",\"before\":\"" + before + "\"")
                            + (call.isEmpty() ? "" : ",\"call\":" + quote(call)) + ",\"reason\":" + quote(reason)
                            + "}",
                    PATIENCE,
                    "admin.content.erased");
            spec.commandLine()
                    .getOut()
                    .println("erased " + answer.path("files").asLong(0) + " files, "
                            + answer.path("bytes").asLong(0) + " bytes");
            if (!answer.path("recorded").asBoolean(false)) {
                spec.commandLine().getErr().println("how much is not in the audit log: the log takes no records");
                return ExitCode.PROBLEMS;
            }
            return ExitCode.OK;
        }
    }
}
