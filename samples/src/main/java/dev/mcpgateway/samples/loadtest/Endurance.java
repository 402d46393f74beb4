package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What must hold however long a gateway of models runs: nobody waits for seconds, and nothing stays in memory. A bound that is
 * missed is a problem, not only said.
 */
final class Endurance {
    private static final String SHORTLY =
            "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"shortly\"}]}";
    private static final int CONNECTIONS = 32;
    private static final int WINDOW_SECONDS = 2;

    /** What 99 calls in a hundred may take longer than their provider, in milliseconds. */
    private static final double ADDED_P99_MAX = 1_000;

    /** A machine that others use, too, can be slow for some seconds; what is slow by itself is slow each time. */
    private static final int TRIES = 3;

    /** Live heap may be so much larger in the end than at half time, and so much for each call between. */
    private static final long GROWN_BYTES_MAX = 1L << 20;

    private static final long GROWN_BYTES_OF_CALL_MAX = 10;
    private static final int PARTS = 10;

    /** A gateway that has just started needs three times as much for a call, and what piles up meanwhile is charged to later ones. */
    private static final int WARM_SHARE = 3;

    private final Wrk wrk;
    private final String java;
    private final List<Long> others;
    private final ObjectNode figures;
    private final List<String> problems;

    /**
     * What is measured goes to the figures, what is missed to the problems.
     *
     * @param others the generator and the provider, which share a core
     */
    Endurance(Wrk wrk, String java, List<Long> others, ObjectNode figures, List<String> problems) {
        this.wrk = wrk;
        this.java = java;
        this.others = List.copyOf(others);
        this.figures = figures;
        this.problems = problems;
    }

    /**
     * Half of what the gateway can do at most, of a provider that takes its time.
     *
     * @param perSecondMax and not more than this: what is under way at once is bounded at the generator
     */
    void rate(Target target, int perSecondMax, int warmSeconds, int seconds) throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            int perSecond = (int)
                    Math.clamp(wrk.run(target, CONNECTIONS, WINDOW_SECONDS).perSecond() / 2, 1, perSecondMax);
            new FixedRate(target, SHORTLY).run(Math.max(1, perSecond / WARM_SHARE), warmSeconds);
            double began = System.nanoTime() / 1e3;
            double cpuBefore = ProcessCpu.cpuMicros(target.pids());
            double othersBefore = ProcessCpu.cpuMicros(others);
            FixedRate.Figures seen = new FixedRate(target, SHORTLY).run(perSecond, seconds);
            double took = System.nanoTime() / 1e3 - began;
            double cpu = ProcessCpu.cpuMicros(target.pids()) - cpuBefore;
            double othersCpu = ProcessCpu.cpuMicros(others) - othersBefore;
            boolean isReached = seen.p99Millis() - FastModels.THINKING_MILLIS <= ADDED_P99_MAX;
            System.out.printf(
                    "rate: %d a second for %d s, of a provider of %d ms, from the planned time: p50 %.0f ms, p99 %.0f ms,"
                            + " p99.9 %.0f ms, %d errors (goal: p99 %.0f ms more than the provider: %s); %.0f µs CPU each,"
                            + " %.0f %% of the gateway's core, %.0f %% of the generator's and the provider's%n",
                    perSecond,
                    seconds,
                    FastModels.THINKING_MILLIS,
                    seen.p50Millis(),
                    seen.p99Millis(),
                    seen.p999Millis(),
                    seen.errors(),
                    ADDED_P99_MAX,
                    ModelNumbers.verdict(isReached),
                    cpu / seen.requests(),
                    100 * cpu / took,
                    100 * othersCpu / took);
            figures.putObject("rate")
                    .put("per_second", perSecond)
                    .put("seconds", seconds)
                    .put("provider_ms", FastModels.THINKING_MILLIS)
                    .put("p50_ms", seen.p50Millis())
                    .put("p99_ms", seen.p99Millis())
                    .put("p999_ms", seen.p999Millis())
                    .put("errors", seen.errors())
                    .put("gateway_cpu_us", cpu / seen.requests())
                    .put("gateway_core", cpu / took)
                    .put("others_core", othersCpu / took)
                    .put("attempt", attempt);
            if (seen.errors() > 0) {
                problems.add("rate: " + seen.errors() + " errors of " + seen.requests() + ": " + seen.firstError());
                return;
            }
            if (isReached) {
                return;
            }
        }
        problems.add("rate: p99 was each of " + TRIES + " times more than " + ADDED_P99_MAX
                + " ms above what the provider takes");
    }

    /** What lives after a collection of the whole heap must not grow from half time on. */
    void leak(Target whole, int calls, Target streamed, int streams) throws IOException, InterruptedException {
        ObjectNode part = figures.putObject("leak");
        var resident = part.putArray("rss_mb");
        var live = part.putArray("live_kb");
        List<Long> bytes = new ArrayList<>();
        List<Long> made = new ArrayList<>();
        long all = 0;
        for (int i = 1; i <= PARTS; i++) {
            all += drive(whole, calls / PARTS) + drive(streamed, streams / PARTS);
            if (!problems.isEmpty()) {
                return;
            }
            made.add(all);
            bytes.add(liveBytes(whole.pids().getFirst()));
            live.add(bytes.getLast() >> 10);
            resident.add(ProcessCpu.residentMegabytes(whole.pids()));
        }
        long grown = bytes.getLast() - bytes.get(PARTS / 2 - 1);
        long since = all - made.get(PARTS / 2 - 1);
        long most = GROWN_BYTES_MAX + GROWN_BYTES_OF_CALL_MAX * since;
        part.put("calls", all).put("grown_bytes", grown).put("grown_bytes_max", most);
        System.out.printf(
                "leak: %d calls, after each tenth: live KB %s, resident MB %s; in the last %d calls %d bytes more (goal %d: %s)%n",
                all, live, resident, since, grown, most, ModelNumbers.verdict(grown <= most));
        if (grown > most) {
            problems.add("leak: " + grown + " bytes more live after " + since + " calls");
        }
    }

    /** Calls until there were so many; gives how many there were. */
    private long drive(Target target, long most) throws IOException, InterruptedException {
        long calls = 0;
        while (calls < most) {
            Wrk.Figures seen = wrk.run(target, CONNECTIONS, WINDOW_SECONDS);
            calls += seen.requests();
            if (seen.errors() > 0 || seen.requests() == 0) {
                problems.add("leak: " + seen.errors() + " errors of " + seen.requests());
                return calls;
            }
        }
        return calls;
    }

    private long liveBytes(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(java).resolveSibling("jcmd").toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd failed: " + said);
        }
        return said.lines()
                .filter(line -> line.startsWith("Total "))
                .map(line -> line.trim().split(" +", -1))
                .map(columns -> Long.parseLong(columns[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("jcmd says nothing of the heap: " + said));
    }
}
