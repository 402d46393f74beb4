package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An upstream that is a process of ours; {@code transport: stdio} in the configuration. Nothing of it can come from
 * anywhere else than the operator's files (T23).
 *
 * @param alias the operator's name for it
 * @param command the program, by absolute path, and its arguments; no shell reads them
 * @param environment variables of the process; beside these it gets a minimal {@code PATH} and {@code LANG}, nothing is
 *     inherited
 * @param secretEnvironment variables whose values are secrets, read at each start
 * @param workingDirectory where it starts; the gateway's own when absent
 * @param era known or to be found
 * @param startTimeout longest duration from the start to agreeing on a revision
 * @param probeTimeout how long an answer to {@code server/discover} is waited for before {@code initialize} is tried
 * @param listTimeout longest duration of fetching the whole list of tools
 * @param lineBytesMax longest message
 * @param exitTimeout how long it may take to end after its input was closed, and again after SIGTERM
 * @param jsonDepthMax deepest nesting of what it sends
 * @param ownCapabilities what is declared where a session serves everyone or nobody: over stdio, and when lists are
 *     fetched, so that what is offered only to capable clients is on them
 */
public record StdioUpstreamSettings(
        String alias,
        List<String> command,
        Map<String, String> environment,
        Map<String, SecretSource> secretEnvironment,
        Optional<Path> workingDirectory,
        EraSetting era,
        Duration startTimeout,
        Duration probeTimeout,
        Duration listTimeout,
        int lineBytesMax,
        Duration exitTimeout,
        int jsonDepthMax,
        ClientCapabilities ownCapabilities) {

    /** Twice the largest result that is let through by default, so that a somewhat longer one is told by its size. */
    public static final int LINE_BYTES_DEFAULT = 8 * 1024 * 1024;

    /** A server has nothing to do at its end. */
    public static final Duration EXIT_TIMEOUT_DEFAULT = Duration.ofSeconds(2);

    /** As deep as we let agents go. */
    public static final int JSON_DEPTH_DEFAULT = 64;

    /** Checks alias, command, names of variables and ranges. */
    public StdioUpstreamSettings {
        Alias.checked(alias);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        secretEnvironment = Map.copyOf(secretEnvironment);
        if (command.isEmpty() || !Path.of(command.getFirst()).isAbsolute()) {
            throw new IllegalArgumentException(
                    "the command of upstream " + alias + " must begin with the absolute path of a program");
        }
        for (String argument : command) {
            refuseNul(argument);
        }
        environment.forEach(StdioUpstreamSettings::checkVariable);
        secretEnvironment.keySet().forEach(name -> checkVariable(name, ""));
        for (String name : secretEnvironment.keySet()) {
            if (environment.containsKey(name)) {
                throw new IllegalArgumentException("the variable " + name + " is given twice");
            }
        }
        boolean positive = startTimeout.isPositive()
                && probeTimeout.isPositive()
                && listTimeout.isPositive()
                && exitTimeout.isPositive()
                && lineBytesMax > 0
                && jsonDepthMax > 0;
        if (!positive) {
            throw new IllegalArgumentException("limits of an upstream must be positive");
        }
    }

    private static void checkVariable(String name, String value) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new IllegalArgumentException("not a name of a variable: " + Printable.of(name, 64));
        }
        refuseNul(value);
    }

    private static void refuseNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a command or variable holds NUL");
        }
    }

    /** All defaults. */
    public static StdioUpstreamSettings of(
            String alias, List<String> command, Map<String, String> environment, EraSetting era) {
        return new StdioUpstreamSettings(
                alias,
                command,
                environment,
                Map.of(),
                Optional.empty(),
                era,
                DuplexSettings.START_TIMEOUT_DEFAULT,
                DuplexSettings.PROBE_TIMEOUT_DEFAULT,
                DuplexSettings.LIST_TIMEOUT_DEFAULT,
                LINE_BYTES_DEFAULT,
                EXIT_TIMEOUT_DEFAULT,
                JSON_DEPTH_DEFAULT,
                ClientCapabilities.NONE);
    }
}
