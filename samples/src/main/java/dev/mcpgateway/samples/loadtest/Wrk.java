package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
