package dev.mcpgateway.samples.launch;

/**
 * Sends log lines to standard error from WARN up. Without this, logback would log from DEBUG to standard output, which
 * a stdio MCP server needs for the protocol.
 */
public final class LogConfiguration {
    private static final String PROPERTY = "logback.configurationFile";

    private LogConfiguration() {}

    /** Must run before the first logger is made; a configuration chosen with {@code -D} stays. */
    public static void toStandardError() {
        if (System.getProperty(PROPERTY) == null) {
            System.setProperty(PROPERTY, "samples-logback.xml");
        }
    }
}
