package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs wrk as a closed loop and reads its figures. */
final class Wrk {
    /**
     * What wrk saw.
     *
     * @param errors requests that failed or were answered with anything but 2xx
     */
    record Figures(
            long requests,
            double seconds,
            long errors,
            double p50Micros,
            double p90Micros,
            double p99Micros,
            double p999Micros) {
        double perSecond() {
            return requests / seconds;
        }
    }

    private static final int CONNECTIONS = 32;
    private static final int WARM_WINDOW_SECONDS = 2;
    private static final int WARM_WINDOWS_MAX = 45;
    private static final double WARM_AGREEMENT = 0.05;

    private final Path script;
    private final String generatorCore;

    Wrk(Path script, String generatorCore) {
        this.script = script;
        this.generatorCore = generatorCore;
    }

    /** Drives the URL with so many connections for so many seconds. */
    Figures run(Target target, int connections, int seconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (!generatorCore.isEmpty()) {
            command.addAll(List.of("taskset", "-c", generatorCore));
        }
        command.addAll(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", "10s", "-s"));
        command.add(script.toString());
        target.headers().forEach((name, value) -> {
            command.add("-H");
            command.add(name + ": " + value);
        });
        command.add(target.url());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(target.scriptVariables());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("wrk failed: " + output);
        }
        return output.lines()
                .filter(line -> line.startsWith("FIGURES "))
                .findFirst()
                .map(Wrk::figures)
                .orElseThrow(() -> new IOException("wrk gave no figures: " + output));
    }

    /**
     * Drives the URL with 32 connections for at least so long, and until three windows of CPU per call agree within 5 %,
     * or 90 s are over: a JVM is a different program in its first seconds, and one whose compiler shares a core with it
     * in its first minute.
     *
     * @param untilStable whether the windows must agree
     */
    void warm(Target target, int atLeastSeconds, boolean untilStable) throws IOException, InterruptedException {
        List<Double> windows = new ArrayList<>();
        double seconds = 0;
        while (windows.size() < WARM_WINDOWS_MAX) {
            double before = ProcessCpu.cpuMicros(target.pids());
            Figures figures = run(target, CONNECTIONS, WARM_WINDOW_SECONDS);
            seconds += figures.seconds();
            windows.add(
                    target.pids().isEmpty()
                            ? figures.perSecond()
                            : (ProcessCpu.cpuMicros(target.pids()) - before) / figures.requests());
            if (seconds >= atLeastSeconds && (!untilStable || lastAgree(windows))) {
                break;
            }
        }
        System.out.printf("warmed %-14s in %.0f s%n", target.name(), seconds);
    }

    private static boolean lastAgree(List<Double> windows) {
        if (windows.size() < 3) {
            return false;
        }
        List<Double> last = windows.subList(windows.size() - 3, windows.size());
        return Collections.max(last) - Collections.min(last) <= WARM_AGREEMENT * Collections.max(last);
    }

    private static Figures figures(String line) {
        String[] fields = line.split(" ", -1);
        return new Figures(
                Long.parseLong(fields[1]),
                Double.parseDouble(fields[2]) / 1e6,
                Long.parseLong(fields[3]),
                Double.parseDouble(fields[4]),
                Double.parseDouble(fields[5]),
                Double.parseDouble(fields[6]),
                Double.parseDouble(fields[7]));
    }
}
