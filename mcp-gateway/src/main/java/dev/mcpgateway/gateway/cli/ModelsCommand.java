package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.evidence.EgressLog;
import dev.mcpgateway.gateway.evidence.Grid;
import dev.mcpgateway.gateway.evidence.Grid.Form;
import dev.mcpgateway.gateway.evidence.ModelUse;
import dev.mcpgateway.gateway.evidence.RunCost;
import dev.mcpgateway.gateway.identity.VirtualKeys;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code models}: who uses which models, and what is kept of that. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = {
            "How models are, why a call ended where it did, who uses which, through the gateway and past it, and what is kept",
            "of their calls."
        },
        subcommands = {
            ModelHealthCommand.class,
            ModelWhyCommand.class,
            ModelsCommand.Report.class,
            ModelsCommand.Egress.class,
            ContentCommand.class
        })
final class ModelsCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: health, why, report, egress or content");
    }

    /** {@code models report}. */
    @Command(
            name = "report",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what the audit log knows of calls of models: by provider and model that served (calls, users,",
                "tenants, tokens), and by tenant and agent, also what was refused, and what passed under observation",
                "(models.observe) and would have been; by run what the calls of models and tools of one trace used and cost.",
                "Users are counted by pseudonym. With --propose it prints lines for the",
                "policy instead, which permit the observed agents just the models that they called."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:printed",
                "1:printed, but records are damaged or there is more than fits",
                "2:wrong usage",
                "3:the log or the configuration cannot be read"
            },
            footer = {
                "%nExamples:",
                "  mcp-gateway models report --audit audit --from 2026-11-01 --by agent",
                "  mcp-gateway models report --audit audit --by run --from 2026-11-21 --format csv",
                "  mcp-gateway models report --audit audit --propose gateway.yaml"
            })
    static final class Report implements Callable<Integer> {
        /** What the rows are about. */
        enum By {
            MODEL,
            AGENT,
            RUN
        }

        @Mixin
        Period period = new Period();

        @Option(
                names = "--by",
                paramLabel = "WHAT",
                defaultValue = "model",
                description = "model, agent or run. Default: ${DEFAULT-VALUE}.")
        By by = By.MODEL;

        @Option(
                names = "--propose",
                paramLabel = "FILE",
                description = "Prints rules for the policy; the gateway's configuration knows the names of issuers.")
        @Nullable
        Path propose;

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            if (by == By.RUN && propose == null) {
                RunCost.Report runs = RunCost.of(period.log(), period.from, period.to);
                return printed(runs.runs(), runs.damaged(), runs.isCut());
            }
            ModelUse.Report report = ModelUse.of(period.log(), period.from, period.to);
            Path config = propose;
            if (config != null) {
                spec.commandLine().getOut().print(report.proposal().apply(issuers(config)));
                spec.commandLine().getOut().flush();
                return Period.complete(spec.commandLine().getErr(), report.damaged(), report.isCut());
            }
            return printed(by == By.MODEL ? report.models() : report.agents(), report.damaged(), report.isCut());
        }

        private int printed(Grid grid, List<String> damaged, boolean isCut) {
            spec.commandLine().getOut().print(grid.as(period.form));
            spec.commandLine().getOut().flush();
            return Period.complete(spec.commandLine().getErr(), damaged, isCut);
        }
    }

    /** What rules call issuers, by their identifiers. */
    private static Map<String, String> issuers(Path file) throws IOException {
        Map<String, String> issuers = new HashMap<>();
        switch (ConfigFile.read(file)) {
            case Loaded.Good(GatewayConfig config) -> {
                config.issuers()
                        .forEach((alias, issuer) -> issuers.put(issuer.profile().issuer(), alias));
                config.virtualKeys().ifPresent(keys -> issuers.put(VirtualKeys.ISSUER, keys.issuer()));
            }
            case Loaded.Bad(List<Problem> problems) ->
                throw new IOException(
                        file + " has problems: " + problems.getFirst().render());
        }
        return issuers;
    }

    /** {@code models egress}. */
    @Command(
            name = "egress",
            mixinStandardHelpOptions = true,
            description = {
                "Looks for providers of models in a log of an egress proxy or firewall: JSON objects, one a line, or CSV",
                "whose first line names the columns. Read of a line: host, hostname, server_name, sni, dest_host,",
                "destination, authority, cs-host or url; and user, username, cs-username, source, src, src_ip, client_ip,",
                "c-ip or remote_addr. Hosts of providers are those known to this version; other hosts are left out."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:every request went through a gateway, or there was none",
                "1:some did not, or lines told no host",
                "2:wrong usage",
                "3:the file cannot be read"
            },
            footer = {"%nExample:", "  mcp-gateway models egress --file proxy.jsonl --gateway 10.0.0.7"})
    static final class Egress implements Callable<Integer> {
        @Option(names = "--file", required = true, paramLabel = "FILE", description = "The log.")
        @Nullable
        Path file;

        @Option(
                names = "--gateway",
                split = ",",
                paramLabel = "SOURCE",
                description = "What the log calls gateways in the place of who asked.")
        List<String> gateways = List.of();

        @Option(
                names = "--format",
                paramLabel = "FORM",
                defaultValue = "table",
                description = "table, json or csv. Default: ${DEFAULT-VALUE}.")
        Form form = Form.TABLE;

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            Path log = file;
            if (log == null) {
                throw new ParameterException(spec.commandLine(), "--file is missing");
            }
            Set<String> through = new TreeSet<>(gateways);
            EgressLog.Report report = EgressLog.read(log, through);
            spec.commandLine().getOut().print(report.grid().as(form));
            spec.commandLine().getOut().flush();
            PrintWriter err = spec.commandLine().getErr();
            err.println(report.lines() + " lines, of which " + report.unreadable() + " told no host");
            boolean governed =
                    report.grid().rows().stream().allMatch(row -> row.getLast().equals("yes"));
            int complete = Period.complete(err, List.of(), report.isCut());
            return governed && report.unreadable() == 0 ? complete : ExitCode.PROBLEMS;
        }
    }
}
