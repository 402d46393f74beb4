package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.cli.Commands;

/** The program: {@code mcp-gateway --help} lists its commands. */
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(Commands.run(arguments, System.out, System.err));
    }
}
