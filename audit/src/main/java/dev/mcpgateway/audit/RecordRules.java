package dev.mcpgateway.audit;

import java.util.HashMap;
import java.util.Map;

/** What must hold between records besides numbers and batches: times, pairs of intent and outcome, signs of life. */
final class RecordRules {
    private static final int MICROS_PER_SECOND = 1_000_000;

    /** A heartbeat may come this many times its interval late before silence counts as a gap. */
    private static final int HEARTBEAT_SLACK = 3;

    private final Findings findings;
    private final String logSha256;
    private final Map<Long, String> open = new HashMap<>();
    private long heartbeatSeconds;
    private long firstMicros;
    private long lastMicros;
    private long heardMicros;
    private boolean closed;
    private long recoveries;

    RecordRules(Findings findings, String logSha256) {
        this.findings = findings;
        this.logSha256 = logSha256;
    }

    /** Where a record stands; in words only when somebody asks. */
    private record Place(long seq, long segment, long offset) {
        @Override
        public String toString() {
            return "record " + seq + " (" + LogFiles.records(segment) + ", byte " + offset + ")";
        }
    }

    void check(RecordLine line, RecordFields fields, long segment, long offset) {
        Place where = new Place(line.seq(), segment, offset);
        time(line, fields, where);
        if (line.seq() == 0 && !fields.event().equals("log.opened")) {
            altered(where + " is not log.opened, as the first record must be");
        }
        if (line.seq() == segment && segment > 0 && !beginsSegment(fields)) {
            altered(where + " begins a segment and is neither log.sealed nor log.recovered");
        }
        if (fields.opensCall()) {
            open.put(line.seq(), fields.call());
        } else if (fields.closesCall()) {
            close(fields, where);
        } else if (fields.event().startsWith("log.")) {
            aboutLog(fields, where);
        }
        closed = fields.event().equals("log.closed");
    }

    private static boolean beginsSegment(RecordFields fields) {
        return fields.event().equals("log.sealed") || fields.event().equals("log.recovered");
    }

    private void time(RecordLine line, RecordFields fields, Place where) {
        if (line.seq() == 0) {
            firstMicros = line.timeMicros();
        } else if (line.timeMicros() < lastMicros) {
            altered(where + " is older than the record before it");
        }
        lastMicros = line.timeMicros();
        if (!fields.event().equals("log.sealed")) {
            silence(lastMicros, fields, where);
            heardMicros = lastMicros;
        }
    }

    /**
     * A log that is open says something at least once in a heartbeat interval, unless the clock jumped. The seal of a
     * segment says nothing: it is written with the first record of the next one, in front of what explains the silence.
     */
    private void silence(long micros, RecordFields fields, Place where) {
        long seconds = (micros - heardMicros) / MICROS_PER_SECOND;
        if (heartbeatSeconds <= 0 || seconds <= HEARTBEAT_SLACK * heartbeatSeconds) {
            return;
        }
        String gap = "from " + Rfc3339.text(heardMicros) + " to " + Rfc3339.text(micros);
        switch (fields.event()) {
            case "log.clock" -> findings.note("the clock jumped " + gap + ", before " + where);
            case "log.opened" -> down(gap);
            case "log.recovered" -> down(gap);
            default -> {
                if (fields.event().endsWith(".unresolved")) {
                    down(gap);
                } else {
                    findings.problem(
                            Findings.Kind.UNANCHORED,
                            "no heartbeat " + gap + ", before " + where
                                    + ": the process was stopped, or nothing proves that it was not");
                }
            }
        }
    }

    private void down(String gap) {
        findings.note("the log was " + (closed ? "closed " : "down without having been closed ") + gap);
    }

    private void close(RecordFields fields, Place where) {
        String call = open.remove(fields.parent());
        if (call == null || !call.equals(fields.call())) {
            altered(where + " ends a call, but record " + fields.parent() + " is no open intent of that call");
        }
    }

    private void aboutLog(RecordFields fields, Place where) {
        switch (fields.event()) {
            case "log.opened" -> opened(fields, where);
            case "log.closed" -> requireNoneOpen(where);
            case "log.recovered" -> recoveries++;
            default -> {
                // the others state facts that nothing else depends on
            }
        }
    }

    private void opened(RecordFields fields, Place where) {
        if (!fields.logSha256().equals(logSha256)) {
            altered(where + " was written with another log.json");
        }
        heartbeatSeconds = fields.heartbeatSeconds();
        requireNoneOpen(where);
    }

    private void requireNoneOpen(Place where) {
        if (!open.isEmpty()) {
            altered(where + " comes while " + open.size() + " calls have neither outcome nor unresolved record");
            open.clear();
        }
    }

    private void altered(String text) {
        findings.problem(Findings.Kind.ALTERED, text);
    }

    /** Says what a reader must know of an otherwise good log. */
    void conclude(long records) {
        if (records > 0) {
            findings.note("first record " + Rfc3339.text(firstMicros) + ", last record " + Rfc3339.text(lastMicros)
                    + (closed
                            ? ", closed in an orderly way"
                            : ", not closed: the log is live or its process ended without" + " closing it"));
        }
        if (recoveries > 0) {
            findings.note(recoveries + " recoveries after a crash cut off batches that were never acknowledged");
        }
        if (!open.isEmpty()) {
            findings.note(open.size() + " calls have no outcome yet");
        }
    }
}
