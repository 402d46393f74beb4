package dev.mcpgateway.connectors.model.translate;

/** Ids of calls where the provider gives none. They are recognised when they come back, so that it never sees them. */
final class CallIds {
    private static final String PREFIX = "gwcall_";

    private CallIds() {}

    static String make(Served served, int index) {
        return PREFIX + served.callId() + "_" + index;
    }

    static boolean isMade(String id) {
        return id.startsWith(PREFIX);
    }
}
