package dev.mcpgateway.audit;

import java.util.List;

/**
 * How a call ended: becomes the outcome record ({@code phase: "outcome"}).
 *
 * @param status {@code outcome.status}
 * @param errorCode {@code outcome.error}: stable code; empty when there is none
 * @param upstreamStatus {@code outcome.upstream_status}: HTTP status of the upstream, or the one that its error stands for which came
 *     in the place of an answer; 0 when there is none
 * @param durationMicros {@code outcome.dur_us}: from the intent to here
 * @param bytesIn {@code outcome.bytes_in}: bytes received from the upstream
 * @param bytesOut {@code outcome.bytes_out}: bytes sent to the upstream
 * @param result {@code result}: size of the result as delivered
 * @param screen {@code screen}
 * @param model further members of {@code model}
 * @param notes {@code outcome.notes}: at most 64 are written, {@code notes_more} counts the rest
 */
public record CallOutcome(
        CallStatus status,
        String errorCode,
        int upstreamStatus,
        long durationMicros,
        long bytesIn,
        long bytesOut,
        PayloadSize result,
        ScreenRecord screen,
        ModelOutcome model,
        List<String> notes) {
    /** The outcome of a call of something else than a model. */
    public CallOutcome(
            CallStatus status,
            String errorCode,
            int upstreamStatus,
            long durationMicros,
            long bytesIn,
            long bytesOut,
            PayloadSize result,
            ScreenRecord screen,
            List<String> notes) {
        this(
                status,
                errorCode,
                upstreamStatus,
                durationMicros,
                bytesIn,
                bytesOut,
                result,
                screen,
                ModelOutcome.NONE,
                notes);
    }

    /** Copies the notes and checks the ranges. */
    public CallOutcome {
        Check.range("upstreamStatus", upstreamStatus, 0, 999);
        Check.range("durationMicros", durationMicros, 0, Long.MAX_VALUE);
        Check.range("bytesIn", bytesIn, 0, Long.MAX_VALUE);
        Check.range("bytesOut", bytesOut, 0, Long.MAX_VALUE);
        notes = List.copyOf(notes);
    }

    /** An outcome without an answer: only what happened and how long it took. */
    public static CallOutcome without(CallStatus status, String errorCode, long durationMicros) {
        return new CallOutcome(
                status, errorCode, 0, durationMicros, 0, 0, PayloadSize.NONE, ScreenRecord.NONE, List.of());
    }
}
