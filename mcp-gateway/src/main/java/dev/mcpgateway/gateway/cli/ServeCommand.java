package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.audit.AuditRefusesToStart;
import dev.mcpgateway.gateway.Gateway;
import dev.mcpgateway.gateway.StartRefused;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: runs the gateway until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the gateway until it is stopped.",
            "",
            "Log lines go to standard error as JSON; one line on standard output names the URLs when",
            "requests are taken. SIGTERM or SIGINT stops it: no new calls, those under way are finished and recorded.",
            "",
            "Policy files, TLS files and secrets are read again when they change; gateway.yaml is read once."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped as asked",
            "1:problems in configuration or policy, all printed; or the audit log is damaged",
            "2:wrong usage",
            "3:a file, port or address cannot be used; the audit log belongs to another key; or stopped, and the",
            "  audit log failed before its end was recorded and signed",
            "4:the audit log cannot be read or has another writer"
        },
        footer = {"%nExample:", "  mcp-gateway serve --config gateway.yaml"})
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
    Path config = Path.of("gateway.yaml");

    @Option(
            names = "--safe-mode",
            description = "Begins in safe mode, by the file safe-mode.on in the state folder; see safe-mode --help.")
    boolean safeMode;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        Loaded loaded;
        try {
            loaded = ConfigFile.read(config);
        } catch (IOException failure) {
            err.println(PlainText.words(failure));
            return ExitCode.FAILED;
        }
        return switch (loaded) {
            case Loaded.Bad(List<Problem> problems) -> refuse(problems);
            case Loaded.Good(GatewayConfig good) -> serve(good);
        };
    }

    private int refuse(List<Problem> problems) {
        PrintWriter err = spec.commandLine().getErr();
        problems.forEach(problem -> err.println(problem.render()));
        err.println("not started: " + problems.size() + (problems.size() == 1 ? " problem" : " problems"));
        return ExitCode.PROBLEMS;
    }

    private int serve(GatewayConfig good) throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        try {
            if (safeMode) {
                SafeMode.pull(good.stateDir());
            }
            Gateway gateway = new Gateway(good, Wiring.production(BuildVersion.text()));
            start(gateway);
            PrintWriter out = spec.commandLine().getOut();
            out.println("mcp-gateway " + BuildVersion.text() + " serves " + String.join(" ", gateway.urls())
                    + gateway.modelsUrl().map(url -> ", models at " + url).orElse("")
                    + ", health and metrics at " + gateway.adminUrl());
            out.println("AUDIT_DIR=" + gateway.auditDirectory());
            new CountDownLatch(1).await(); // the hook ends the process
            return ExitCode.OK;
        } catch (StartRefused refused) {
            return refuse(refused.problems());
        } catch (AuditRefusesToStart refused) {
            err.println("not started: " + refused.getMessage());
            return refused.exitCode();
        } catch (IOException failure) {
            LOG.debug("start failed", failure);
            err.println("not started: " + PlainText.words(failure));
            return ExitCode.FAILED;
        }
    }

    private static void start(Gateway gateway) throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, failed), "shutdown"));
        try {
            gateway.start();
        } catch (Exception failure) {
            failed.set(true);
            throw failure;
        }
    }

    /**
     * After a signal a JVM exits with 128 and more, whatever its hooks did; to be stopped as asked is no failure, unless the audit
     * log does not say so.
     */
    private static void stop(Gateway gateway, AtomicBoolean failed) {
        gateway.close();
        if (!failed.get()) {
            Runtime.getRuntime().halt(gateway.isEndRecorded() ? ExitCode.OK : ExitCode.FAILED);
        }
    }
}
