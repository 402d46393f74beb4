package dev.mcpgateway.audit;

import java.time.Duration;

/** Settings with one limit changed. */
final class Limits {
    private Limits() {}

    static AuditSettings checkpointEvery(AuditSettings settings, long millis) {
        AuditLimits now = settings.limits();
        AuditLimits.Checkpoints checkpoints = new AuditLimits.Checkpoints(
                Duration.ofMillis(millis), now.checkpoints().recordsMax());
        return with(settings, copy(now, now.segments(), checkpoints, now.queue(), now.writeTimeout()));
    }

    static AuditSettings segmentBytes(AuditSettings settings, long bytes) {
        AuditLimits now = settings.limits();
        AuditLimits.Segments segments =
                new AuditLimits.Segments(bytes, now.segments().ageMax());
        return with(settings, copy(now, segments, now.checkpoints(), now.queue(), now.writeTimeout()));
    }

    static AuditSettings writeTimeout(AuditSettings settings, long millis) {
        AuditLimits now = settings.limits();
        return with(settings, copy(now, now.segments(), now.checkpoints(), now.queue(), Duration.ofMillis(millis)));
    }

    static AuditSettings queue(AuditSettings settings, int records, long waitMillis) {
        AuditLimits now = settings.limits();
        AuditLimits.Queue queue = new AuditLimits.Queue(records, Duration.ofMillis(waitMillis));
        return with(settings, copy(now, now.segments(), now.checkpoints(), queue, now.writeTimeout()));
    }

    static AuditSettings with(AuditSettings settings, AuditLimits limits) {
        return new AuditSettings(
                settings.directory(),
                settings.origin(),
                settings.signingKeyFile(),
                settings.subjectKeyFile(),
                settings.host(),
                settings.version(),
                limits);
    }

    private static AuditLimits copy(
            AuditLimits now,
            AuditLimits.Segments segments,
            AuditLimits.Checkpoints checkpoints,
            AuditLimits.Queue queue,
            Duration writeTimeout) {
        return new AuditLimits(
                segments,
                now.batches(),
                checkpoints,
                now.volume(),
                queue,
                now.flood(),
                now.heartbeatInterval(),
                writeTimeout,
                now.clockJump());
    }
}
