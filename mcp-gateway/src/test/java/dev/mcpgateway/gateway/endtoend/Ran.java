package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a command came to. */
record Ran(int code, String out, String err) {
    /** The lines of a doctor's report that say that something is not as planned. */
    List<String> faults() {
        return out.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("FAULT"))
                .toList();
    }

    /** Runs it. */
    static Ran of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs one that asks a gateway's operators' port, with the token of the operator {@code ops}. */
    static Ran of(TestGateway gateway, Path folder, String... arguments) {
        return as("ops", gateway, folder, arguments);
    }

    /** The same with another operator's token. */
    static Ran as(String operator, TestGateway gateway, Path folder, String... arguments) {
        return of(Stream.concat(
                        Stream.of(arguments),
                        Stream.of(
                                "--admin",
                                gateway.gateway().adminUrl(),
                                "--token-file",
                                folder.resolve(operator + ".token").toString()))
                .toArray(String[]::new));
    }
}
