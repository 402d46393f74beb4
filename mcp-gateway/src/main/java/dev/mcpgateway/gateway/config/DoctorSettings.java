package dev.mcpgateway.gateway.config;

/**
 * Operators may have models probed.
 *
 * @param dailyNanoUsd what probes may cost a day (UTC)
 */
public record DoctorSettings(long dailyNanoUsd) {
    /** Who probes, to rules and budgets, and what its budget is called. */
    public static final String DOCTOR = "doctor";
}
