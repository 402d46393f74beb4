package dev.mcpgateway.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code version}. */
@Command(name = "version", mixinStandardHelpOptions = true, description = "Prints the version of gateway and Java.")
final class VersionCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().getOut().println("mcp-gateway " + BuildVersion.text() + " (Java " + Runtime.version() + ")");
        return ExitCode.OK;
    }
}
