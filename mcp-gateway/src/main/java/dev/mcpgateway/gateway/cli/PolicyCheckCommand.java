package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code policy check}: do these files make a policy, and do their own tests pass? */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Checks policy files together: syntax, keys, names, contradictions, and the tests: they carry.",
            "Prints every problem with file, line and what to do."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the files make a policy", "1:problems, all of them printed", "2:wrong usage"},
        footer = {
            "%nExamples:",
            "  mcp-gateway policy check policy.yaml",
            "  mcp-gateway policy check --strict --config gateway.yaml policy.yaml team.yaml"
        })
final class PolicyCheckCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Policy files, read as one policy.")
    List<Path> files = List.of();

    @Option(names = "--strict", description = "Warnings (unknown tools, shadowed rules) are problems.")
    boolean strict;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "gateway.yaml, to check the names of issuers and upstreams.")
    @Nullable
    Path config;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        PolicyFiles.Outcome outcome = PolicyFiles.load(files, known(err));
        outcome.problems().forEach(problem -> err.println(problem.render()));
        outcome.warnings().forEach(warning -> (strict ? err : out).println("warning: " + warning.render()));
        if (outcome.policy().isEmpty() || (strict && !outcome.warnings().isEmpty())) {
            int count = outcome.problems().size() + (strict ? outcome.warnings().size() : 0);
            err.println(count + (count == 1 ? " problem" : " problems"));
            return ExitCode.PROBLEMS;
        }
        Policy policy = outcome.policy().get();
        out.println(policy.rules().size() + " rules, hash " + policy.hash());
        return ExitCode.OK;
    }

    private KnownNames known(PrintWriter err) {
        Path file = config;
        if (file == null) {
            return KnownNames.none();
        }
        try {
            return switch (ConfigFile.read(file)) {
                case Loaded.Good(GatewayConfig good) -> PolicyFiles.known(good);
                case Loaded.Bad(List<Problem> problems) -> {
                    problems.forEach(problem -> err.println("ignored: " + problem.render()));
                    yield KnownNames.none();
                }
            };
        } catch (IOException failure) {
            err.println("ignored: cannot read " + file);
            return KnownNames.none();
        }
    }
}
