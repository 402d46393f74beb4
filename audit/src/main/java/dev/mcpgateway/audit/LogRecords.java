package dev.mcpgateway.audit;

import java.util.List;

/** The records that a log writes about itself ({@code ev: "log.*"}). */
final class LogRecords {
    private final EventEncoding encoding;

    LogRecords(EventEncoding encoding) {
        this.encoding = encoding;
    }

    /**
     * A process took the log over.
     *
     * @param oldestOpen no call with a smaller number is open
     */
    JsonBytes opened(
            LogIdentity identity,
            AuditSettings settings,
            List<String> vkeys,
            String keyId,
            long oldestOpen,
            long time) {
        JsonBytes json = encoding.about("log.opened", time);
        json.name("node").open('{').member("origin", identity.origin());
        json.member("host", settings.host())
                .member("version", settings.version())
                .close('}');
        json.name("detail").open('{').member("log_sha256", identity.sha256());
        RecordParts.strings(json, "vkeys", vkeys);
        json.member("subject_key", keyId);
        json.member(
                "heartbeat_s", Math.max(1, settings.limits().heartbeatInterval().toSeconds()));
        return encoding.endDetail(json.member("oldest_open", oldestOpen));
    }

    /** A torn tail was cut off. */
    JsonBytes recovered(Torn torn, long oldestOpen, long time) {
        JsonBytes json = detail("log.recovered", time);
        json.member("from", torn.from()).member("bytes", torn.bytes()).member("sha256", torn.sha256());
        json.member("cut_b", torn.cutBatch()).member("kept", torn.kept());
        return encoding.endDetail(json.member("oldest_open", oldestOpen));
    }

    /** A segment ended; this is the first record of the next one. */
    JsonBytes sealed(FinishedSegment segment, long oldestOpen, long time) {
        JsonBytes json = detail("log.sealed", time);
        json.member("first", segment.first()).member("last", segment.last()).member("bytes", segment.bytes());
        json.member("root", segment.head().root());
        return encoding.endDetail(json.member("oldest_open", oldestOpen));
    }

    /** Nothing else had to be said for a while. */
    JsonBytes heartbeat(int open, long oldestOpen, long time) {
        return encoding.endDetail(
                detail("log.heartbeat", time).member("open", open).member("oldest_open", oldestOpen));
    }

    /** The wall clock moved against the monotonic one. */
    JsonBytes clock(long jumpMillis, long time) {
        return encoding.endDetail(detail("log.clock", time).member("jump_ms", jumpMillis));
    }

    /** The process gave the log up in an orderly way. */
    JsonBytes closed(long time) {
        return encoding.endDetail(detail("log.closed", time).member("reason", "closed by the gateway"));
    }

    private JsonBytes detail(String event, long time) {
        return encoding.about(event, time).name("detail").open('{');
    }
}
