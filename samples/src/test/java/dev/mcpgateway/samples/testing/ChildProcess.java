package dev.mcpgateway.samples.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of this module in a JVM of its own, ended when the test is. */
public final class ChildProcess implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 30;

    private final Process process;
    private final BufferedReader out;
    private final BufferedReader err;

    private ChildProcess(Process process) {
        this.process = process;
        out = process.inputReader(StandardCharsets.UTF_8);
        err = process.errorReader(StandardCharsets.UTF_8);
    }

    /** Starts {@code main} with the classes of this test run. */
    public static ChildProcess start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                // surefire puts the module under test and its modules on the module path, the rest on the class path
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ChildProcess(new ProcessBuilder(command).start());
    }

    /** Writes one line to its standard input. */
    public void writeLine(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).write(line + "\n");
        process.outputWriter(StandardCharsets.UTF_8).flush();
    }

    /** Closes its standard input. */
    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** The next line of its standard output; fails at the end. */
    public String readLine() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError("no more output; standard error: " + standardError());
        }
        return line;
    }

    /** All that is left of its standard output. */
    public List<String> remainingOutput() {
        return out.lines().toList();
    }

    /** All of its standard error, once it has ended. */
    public String standardError() {
        return String.join("\n", err.lines().toList());
    }

    /** Sends SIGTERM and leaves the streams open, which {@link Process#destroy()} would close. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Waits for its end and returns the exit code; fails after a deadline. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not end within " + DEADLINE_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
