package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a command came to that asked a gateway's operators' port. */
record Ran(int code, String out, String err) {
    /** The lines of a doctor's report that say that something is not as planned. */
    List<String> faults() {
        return out.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("FAULT"))
                .toList();
    }

    /** Runs it with the operator's token. */
    static Ran of(TestGateway gateway, Path folder, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                Stream.concat(
                                Stream.of(arguments),
                                Stream.of(
                                        "--admin",
                                        gateway.gateway().adminUrl(),
                                        "--token-file",
                                        folder.resolve("ops.token").toString()))
                        .toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
