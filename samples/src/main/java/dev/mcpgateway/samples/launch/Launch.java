package dev.mcpgateway.samples.launch;

import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CountDownLatch;

/** Runs a sample server from the command line until it is told to stop. */
public final class Launch {
    /** The command line was wrong. */
    public static final int EXIT_USAGE = 2;

    /** The server could not start. */
    public static final int EXIT_FAILED = 1;

    /** A running server: where it answers, and how it ends. */
    public interface Running extends AutoCloseable {
        /** The address a client connects to. */
        URI url();

        @Override
        void close();
    }

    /** Reads its options, calls {@link Arguments#done()}, and starts. */
    @FunctionalInterface
    public interface Starter {
        /**
         * Starts the server.
         *
         * @throws BadUsage when the options are wrong
         * @throws Exception when the server cannot start
         */
        Running start(Arguments arguments) throws Exception;
    }

    private Launch() {}

    /**
     * Starts a server, prints {@code READY <url>} as the only line on standard output, and waits for SIGTERM or SIGINT.
     * Never returns when the start fails: the reason goes to standard error and the process ends with
     * {@link #EXIT_USAGE} or {@link #EXIT_FAILED}.
     *
     * @param usage the text shown under a wrong command line
     */
    public static void untilStopped(String usage, String[] args, Starter starter) throws InterruptedException {
        LogConfiguration.toStandardError();
        Running server = started(usage, args, starter);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            stopped.countDown();
        }));
        System.out.println("READY " + server.url());
        stopped.await();
    }

    private static Running started(String usage, String[] args, Starter starter) {
        try {
            return starter.start(Arguments.of(args));
        } catch (BadUsage e) {
            throw exit(EXIT_USAGE, e.getMessage() + "\n\n" + usage);
        } catch (Exception e) {
            throw exit(EXIT_FAILED, "could not start: " + reason(e));
        }
    }

    /** What went wrong, for a person; the JDK's own text for a missing file is only its name. */
    public static String reason(Exception e) {
        return e instanceof NoSuchFileException missing
                ? "there is no " + missing.getFile()
                : String.valueOf(e.getMessage());
    }

    /**
     * Writes {@code message} to standard error and ends the process; the return type lets callers write {@code throw}.
     */
    public static IllegalStateException exit(int code, String message) {
        System.err.println(message);
        System.exit(code);
        return new IllegalStateException("the process did not end");
    }
}
