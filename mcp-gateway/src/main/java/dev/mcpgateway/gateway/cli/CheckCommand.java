package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: would {@code serve} start with this configuration and policy? */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Checks gateway.yaml, the policy files it names, and that referenced files and secrets can be read.",
            "Contacts nothing and changes nothing. Prints every problem with its line and what to do."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no problem", "1:problems, all of them printed", "2:wrong usage", "3:the file cannot be read"
        },
        footer = {"%nExample:", "  mcp-gateway check --config gateway.yaml --strict"})
final class CheckCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
    Path config = Path.of("gateway.yaml");

    @Option(
            names = "--strict",
            description = "Warnings (unknown tools, models and views, shadowed rules) are problems.")
    boolean strict;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            List<Problem> problems = new ArrayList<>();
            switch (ConfigFile.read(config)) {
                case Loaded.Bad(List<Problem> found) -> problems.addAll(found);
                case Loaded.Good(GatewayConfig good) -> {
                    problems.addAll(ReferenceCheck.problems(config.toString(), good));
                    good.models()
                            .flatMap(Models::observe)
                            .ifPresent(observe ->
                                    out.println("warning: policy and limits do not hold for " + observe.words()));
                    PolicyFiles.Outcome policy = PolicyFiles.load(good.policyFiles(), PolicyFiles.known(good));
                    problems.addAll(policy.problems());
                    ModelReferences.Found models = ModelReferences.of(
                            config.toString(),
                            good,
                            policy.policy(),
                            Wiring.production(BuildVersion.text()).clock().instant());
                    problems.addAll(models.problems());
                    List<Problem> warnings = new ArrayList<>(policy.warnings());
                    warnings.addAll(models.warnings());
                    if (strict) {
                        problems.addAll(warnings);
                    } else {
                        warnings.forEach(warning -> out.println("warning: " + warning.render()));
                    }
                }
            }
            problems.forEach(problem -> err.println(problem.render()));
            if (problems.isEmpty()) {
                out.println(config + ": no problem found");
                return ExitCode.OK;
            }
            err.println(problems.size() + (problems.size() == 1 ? " problem" : " problems"));
            return ExitCode.PROBLEMS;
        } catch (IOException failure) {
            err.println(PlainText.words(failure));
            return ExitCode.FAILED;
        }
    }
}
