package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The processes of a load test: each pinned to a core, each with a log file, all ended at the end. */
final class Children implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private boolean closed;

    /** They end with this process, too, when a signal ends it. */
    Children(Path folder) {
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end of children"));
    }

    /** Starts a command on a core and waits until its output has a line that begins with {@code ready}. */
    Process start(String name, String core, String ready, List<String> command) throws IOException {
        List<String> pinned = new ArrayList<>();
        if (!core.isEmpty()) {
            pinned.addAll(List.of("taskset", "-c", core));
        }
        pinned.addAll(command);
        Path log = folder.resolve(name + ".log");
        Process process = begin(new ProcessBuilder(pinned)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile()));
        long giveUpAt = System.nanoTime() + START.toNanos();
        while (!isReady(log, ready)) {
            if (!process.isAlive() || System.nanoTime() > giveUpAt) {
                throw new IOException(name + " did not start: " + Files.readString(log));
            }
            pause(50);
        }
        return process;
    }

    /** Under the lock, so that none begins that {@link #close} does not see. */
    private synchronized Process begin(ProcessBuilder child) throws IOException {
        if (closed) {
            throw new IOException("the load test is ending");
        }
        Process process = child.start();
        processes.add(process);
        return process;
    }

    private static boolean isReady(Path log, String ready) throws IOException {
        return ready.isEmpty() || Files.readString(log).lines().anyMatch(line -> line.startsWith(ready));
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    /** The process and those that it started. */
    static List<Long> pids(Process process) {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        process.descendants().forEach(child -> pids.add(child.pid()));
        return pids;
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = new ArrayList<>();
        List<Process> all = taken();
        for (Process process : all) {
            process.descendants().forEach(descendants::add);
            process.destroy();
        }
        for (Process process : all) {
            try {
                if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
        descendants.forEach(ProcessHandle::destroy);
    }

    /** The last that began first: what asks goes before what answers. */
    private synchronized List<Process> taken() {
        closed = true;
        List<Process> all = List.copyOf(processes).reversed();
        processes.clear();
        return all;
    }
}
