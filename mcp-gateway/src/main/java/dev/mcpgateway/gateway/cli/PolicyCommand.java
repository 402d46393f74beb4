package dev.mcpgateway.gateway.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code policy}: the parent of the commands for those who edit rules. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Checks, explains and compares policy files. Changes nothing.",
        subcommands = {PolicyCheckCommand.class, PolicyExplainCommand.class, PolicyDiffCommand.class})
final class PolicyCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: check, explain or diff");
    }
}
