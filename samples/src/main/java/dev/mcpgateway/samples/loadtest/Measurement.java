package dev.mcpgateway.samples.loadtest;

/**
 * One run of one target.
 *
 * @param cpuMicros CPU time of the target per request
 * @param residentMb memory of the target after the run
 * @param uncounted requests that the upstream did not see, or saw more than once; 0 when the work was done
 */
record Measurement(
        String target,
        int round,
        int connections,
        long requests,
        double perSecond,
        double cpuMicros,
        double p50Micros,
        double p90Micros,
        double p99Micros,
        double p999Micros,
        long residentMb,
        long errors,
        long uncounted) {}
