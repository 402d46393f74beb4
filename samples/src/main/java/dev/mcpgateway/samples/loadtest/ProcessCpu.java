package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says about processes: CPU time and memory from {@code /proc}. Linux only. */
final class ProcessCpu {
    /** {@code sysconf(_SC_CLK_TCK)} is 100 on every Linux that this runs on. */
    private static final double MICROS_PER_TICK = 10_000;

    private ProcessCpu() {}

    /** User and system time of these processes, all threads, in microseconds; to 10 ms. */
    static double cpuMicros(List<Long> pids) throws IOException {
        double ticks = 0;
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // the second field is the name in parentheses and may hold blanks
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return ticks * MICROS_PER_TICK;
    }

    /** Resident memory of these processes in MB. */
    static long residentMegabytes(List<Long> pids) throws IOException {
        long kilobytes = 0;
        for (long pid : pids) {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                    if (line.startsWith("VmRSS:")) {
                        kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
                    }
                }
            } catch (NoSuchFileException ended) {
                return 0;
            }
        }
        return kilobytes / 1024;
    }

    /** Share of the machine's time that the hypervisor gave to others since the counters in {@code before}. */
    static double stealPercent(long[] before, long[] after) {
        long all = 0;
        for (int i = 0; i < before.length; i++) {
            all += after[i] - before[i];
        }
        return all == 0 ? 0 : 100.0 * (after[7] - before[7]) / all;
    }

    /** The machine's CPU counters: user, nice, system, idle, iowait, irq, softirq, steal. */
    static long[] machine() throws IOException {
        String[] fields =
                Files.readAllLines(Path.of("/proc/stat")).getFirst().trim().split(" +", -1);
        long[] counters = new long[8];
        for (int i = 0; i < counters.length; i++) {
            counters[i] = Long.parseLong(fields[i + 1]);
        }
        return counters;
    }
}
