package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Figures as a table, as JSON and as a plot: medians over rounds with their ranges, and ratios to nginx of the same run. */
final class Report {
    private final List<Target> targets;
    private final List<Measurement> measurements;
    private final Calibration calibration;
    private final List<String> remarks;
    private final boolean isNoisy;
    private final String profile;
    private final Path root;

    Report(
            List<Target> targets,
            List<Measurement> measurements,
            Calibration calibration,
            List<String> remarks,
            boolean isNoisy,
            String profile,
            Path root) {
        this.targets = targets;
        this.measurements = measurements;
        this.calibration = calibration;
        this.remarks = remarks;
        this.isNoisy = isNoisy;
        this.profile = profile;
        this.root = root;
    }

    /** A median with the smallest and largest value. */
    record Range(double median, double min, double max) {
        static Range of(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
            return new Range(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    /** The figures of one target at 32 connections, and its p50 at one. */
    record Line(Target target, Range cpu, Range rate, Range p50, Range p99, Range p50Alone, long residentMb) {}

    void write(Path json) throws IOException {
        List<Line> lines = targets.stream().map(this::line).toList();
        Line nginx = lines.stream()
                .filter(line -> line.target().name().equals("nginx"))
                .findFirst()
                .orElseThrow();
        print(lines, nginx);
        ObjectNode document = document(lines, nginx);
        Files.createDirectories(json.toAbsolutePath().getParent());
        Files.writeString(
                json, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        Path plot = Path.of(json.toString().replaceAll("\\.json$", "") + ".svg");
        Files.writeString(plot, Plot.ladder(lines, title(document)));
        System.out.println("results in " + json + " and " + plot);
    }

    private Line line(Target target) {
        return new Line(
                target,
                range(target, 32, Measurement::cpuMicros),
                range(target, 32, Measurement::perSecond),
                range(target, 32, Measurement::p50Micros),
                range(target, 32, Measurement::p99Micros),
                range(target, 1, Measurement::p50Micros),
                measurements.stream()
                        .filter(each -> each.target().equals(target.name()))
                        .mapToLong(Measurement::residentMb)
                        .max()
                        .orElse(0));
    }

    private Range range(Target target, int connections, ToDoubleFunction<Measurement> figure) {
        return Range.of(measurements.stream()
                .filter(each -> each.target().equals(target.name()) && each.connections() == connections)
                .mapToDouble(figure)
                .toArray());
    }

    private void print(List<Line> lines, Line nginx) {
        System.out.printf(
                "%n%-14s %22s %8s %9s %9s %9s %9s %6s%n",
                "target", "CPU µs/call, c=32", "×nginx", "calls/s", "÷nginx", "p50 c=32", "p50 c=1", "RSS MB");
        for (Line line : lines) {
            System.out.printf(
                    "%-14s %7.1f [%5.1f..%5.1f] %8.2f %9.0f %9.3f %9.0f %9.0f %6d%n",
                    line.target().name(),
                    line.cpu().median(),
                    line.cpu().min(),
                    line.cpu().max(),
                    line.cpu().median() / nginx.cpu().median(),
                    line.rate().median(),
                    line.rate().median() / nginx.rate().median(),
                    line.p50().median(),
                    line.p50Alone().median(),
                    line.residentMb());
        }
        remarks.forEach(remark -> System.out.println("note: " + remark));
        if (isNoisy) {
            System.out.println("noisy: other work on this machine disturbed at least one round");
        }
    }

    private ObjectNode document(List<Line> lines, Line nginx) throws IOException {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("date", Instant.now().toString());
        document.put("commit", command("git", "-C", root.toString(), "rev-parse", "--short", "HEAD"));
        document.put(
                "dirty",
                !command("git", "-C", root.toString(), "status", "--porcelain").isEmpty());
        document.put("profile", profile);
        document.put("noisy", isNoisy);
        document.put("machine", cpuModel());
        document.put("cores", Runtime.getRuntime().availableProcessors());
        document.put("kernel", System.getProperty("os.version"));
        document.put("host", InetAddress.getLoopbackAddress().getHostName());
        document.put("load", Files.readString(Path.of("/proc/loadavg")).strip());
        document.put("java", Runtime.version().toString());
        document.put("nginx", command("nginx", "-v"));
        document.put("wrk", command("wrk", "-v").lines().findFirst().orElse(""));
        document.put("flags", "-XX:+UseSerialGC -Xmx256m; generator and upstream on core 0, target on core 1");
        document.set("calibration", JsonMapper.shared().valueToTree(calibration));
        ArrayNode summary = document.putArray("summary");
        for (Line line : lines) {
            ObjectNode entry = summary.addObject();
            entry.put("target", line.target().name());
            entry.put("what", line.target().what());
            entry.set("cpu_us", JsonMapper.shared().valueToTree(line.cpu()));
            entry.put("cpu_vs_nginx", line.cpu().median() / nginx.cpu().median());
            entry.set("per_second", JsonMapper.shared().valueToTree(line.rate()));
            entry.put("rate_vs_nginx", line.rate().median() / nginx.rate().median());
            entry.set("p50_us", JsonMapper.shared().valueToTree(line.p50()));
            entry.set("p99_us", JsonMapper.shared().valueToTree(line.p99()));
            entry.set("p50_us_one_connection", JsonMapper.shared().valueToTree(line.p50Alone()));
            entry.put("rss_mb", line.residentMb());
        }
        document.set("rounds", JsonMapper.shared().valueToTree(measurements));
        document.set("remarks", JsonMapper.shared().valueToTree(remarks));
        return document;
    }

    private static String title(ObjectNode document) {
        return "CPU per tools/call at 32 connections, "
                + document.path("date").asString().substring(0, 10) + ", commit "
                + document.path("commit").asString() + (document.path("noisy").asBoolean() ? ", noisy" : "");
    }

    private static String cpuModel() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }

    private static String command(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor();
            return output;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
