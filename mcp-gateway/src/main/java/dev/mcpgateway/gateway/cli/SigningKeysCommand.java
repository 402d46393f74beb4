package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.credential.CallTokenKeys;
import dev.mcpgateway.connectors.credential.CallTokenKeys.Listed;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.UpstreamCredentials;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code signing-keys}: the keys that call tokens are signed with. */
@Command(
        name = "signing-keys",
        mixinStandardHelpOptions = true,
        description = "Lists and rotates the keys that sign what upstreams get (credential: call_token).",
        subcommands = {SigningKeysCommand.ListKeys.class, SigningKeysCommand.Rotate.class},
        footer = {"%nExample:", "  mcp-gateway signing-keys rotate --config gateway.yaml"})
final class SigningKeysCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: list or rotate");
    }

    /** What is done with the file of the keys. */
    @FunctionalInterface
    private interface Action {
        List<Listed> on(Path file, TimeSource time) throws IOException;
    }

    private static int run(CommandSpec spec, Path config, Action action) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return switch (ConfigFile.read(config)) {
                case Loaded.Bad(List<Problem> problems) -> {
                    problems.forEach(problem -> err.println(problem.render()));
                    yield ExitCode.PROBLEMS;
                }
                case Loaded.Good(GatewayConfig good) -> {
                    Wiring wiring = Wiring.production(BuildVersion.text());
                    List<Listed> keys = action.on(
                            UpstreamCredentials.signingKeys(good), new TimeSource(wiring.clock(), wiring.nanoClock()));
                    keys.forEach(key -> spec.commandLine()
                            .getOut()
                            .println(String.join(
                                    " ",
                                    key.state(),
                                    key.algorithm(),
                                    key.keyId(),
                                    "public since",
                                    key.publishedAt().toString(),
                                    key.state().equals("next") ? "signs from" : "signing since",
                                    key.from().toString())));
                    yield ExitCode.OK;
                }
            };
        } catch (IOException failure) {
            err.println(failure.getMessage());
            return ExitCode.FAILED;
        }
    }

    /** {@code signing-keys list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Prints the keys: which one signs, which one is next, which are still public.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:done, the keys are printed",
                "1:the configuration has problems",
                "2:wrong usage",
                "3:the keys cannot be read or written, or there are none"
            },
            footer = {"%nExample:", "  mcp-gateway signing-keys list --config gateway.yaml"})
    static final class ListKeys implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
        Path config = Path.of("gateway.yaml");

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            return SigningKeysCommand.run(spec, config, CallTokenKeys::list);
        }
    }

    /** {@code signing-keys rotate}. */
    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "Has the next key sign as soon as it has been public for an hour, and makes a new next one.",
                "A running gateway follows within a second. The old key stays public for an hour."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:done, the keys are printed",
                "1:the configuration has problems",
                "2:wrong usage",
                "3:the keys cannot be read or written, or there are none"
            },
            footer = {"%nExample:", "  mcp-gateway signing-keys rotate --config gateway.yaml"})
    static final class Rotate implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
        Path config = Path.of("gateway.yaml");

        @Option(
                names = "--compromised",
                description =
                        "Remove the keys that sign and signed, and sign with the next one at once. Upstreams refuse"
                                + " the removed keys when they fetch the key set again.")
        boolean compromised;

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            return SigningKeysCommand.run(spec, config, compromised ? CallTokenKeys::replace : CallTokenKeys::rotate);
        }
    }
}
