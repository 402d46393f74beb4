package dev.mcpgateway.gateway.cli;

/** Exit codes that the commands share. {@code audit} has its own, documented by {@code audit --help}. */
public final class ExitCode {
    /** Done, and nothing is wrong. */
    public static final int OK = 0;

    /** Done, and what was checked has problems, or a start was refused because of them. */
    public static final int PROBLEMS = 1;

    /** The command line itself is wrong. */
    public static final int USAGE = 2;

    /** Something outside the command's control failed: a file, a port, an upstream. */
    public static final int FAILED = 3;

    private ExitCode() {}
}
