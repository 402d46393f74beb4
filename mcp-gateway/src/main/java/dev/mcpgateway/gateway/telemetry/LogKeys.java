package dev.mcpgateway.gateway.telemetry;

/** Keys of structured log lines. Arguments, results, tokens and secrets have no key, and so no line. */
public final class LogKeys {
    public static final String CALL_ID = "callId";
    public static final String STAGE = "stage";
    public static final String REASON = "reason";
    public static final String DETAIL = "detail";
    public static final String SUBJECT = "subject";
    public static final String CLIENT = "client";
    public static final String METHOD = "method";
    public static final String TOOL = "tool";
    public static final String UPSTREAM = "upstream";
    public static final String SOURCE = "source";
    public static final String FILE = "file";

    private LogKeys() {}
}
