package dev.mcpgateway.audit;

import java.time.Duration;

/**
 * Every limit of a log, with its unit in its name or type.
 *
 * @param segments when a segment ends
 * @param batches what one write and sync may hold
 * @param checkpoints how often the tree is signed
 * @param volume when the disk counts as full
 * @param queue what may wait without a waiting caller
 * @param flood what unverified callers may make the log write
 * @param heartbeatInterval a heartbeat record is written this often, so that silence is provable
 * @param writeTimeout a write or sync that takes longer fails the log
 * @param clockJump a wall clock that moves this much against the monotonic one is recorded as {@code log.clock}
 */
public record AuditLimits(
        Segments segments,
        Batches batches,
        Checkpoints checkpoints,
        Volume volume,
        Queue queue,
        Flood flood,
        Duration heartbeatInterval,
        Duration writeTimeout,
        Duration clockJump) {
    /** The limits of a production log: 60 s heartbeats, 30 s for a write, 2 s of clock. */
    public static final AuditLimits DEFAULTS = new AuditLimits(
            Segments.DEFAULTS,
            Batches.DEFAULTS,
            Checkpoints.DEFAULTS,
            Volume.DEFAULTS,
            Queue.DEFAULTS,
            Flood.DEFAULTS,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));

    private static final int MEBIBYTE = 1 << 20;

    /** Checks the ranges. */
    public AuditLimits {
        atLeastOneMilli("heartbeatInterval", heartbeatInterval);
        atLeastOneMilli("writeTimeout", writeTimeout);
        atLeastOneMilli("clockJump", clockJump);
    }

    /**
     * When a segment is sealed and the next one begun.
     *
     * @param bytesMax before it would grow beyond this
     * @param ageMax when it was begun, or the log opened, this long ago
     */
    public record Segments(long bytesMax, Duration ageMax) {
        /** 64 MiB or one hour. */
        public static final Segments DEFAULTS = new Segments(64 * MEBIBYTE, Duration.ofHours(1));

        /** Checks the ranges. */
        public Segments {
            Check.range("segments.bytesMax", bytesMax, 1, 1 << 30);
            atLeastOneMilli("segments.ageMax", ageMax);
        }
    }

    /**
     * What one write and sync may hold.
     *
     * @param bytesMax bounds the writer's memory and the time of one sync
     * @param recordsMax bounds how many callers wait for one sync
     * @param lingerMax how long a batch may wait for more records while callers come in parallel and records keep
     *     arriving; a lone caller never waits
     */
    public record Batches(int bytesMax, int recordsMax, Duration lingerMax) {
        /** 8 MiB, 8,192 records, one millisecond. */
        public static final Batches DEFAULTS = new Batches(8 * MEBIBYTE, 8_192, Duration.ofMillis(1));

        /** Checks the ranges. */
        public Batches {
            Check.range("batches.bytesMax", bytesMax, 1, 256 * MEBIBYTE);
            Check.range("batches.recordsMax", recordsMax, 1, 1 << 20);
            Check.range("batches.lingerMax in ns", lingerMax.toNanos(), 0, 1_000_000_000);
        }
    }

    /**
     * How often a changed log is signed: what somebody with the disk can alter unseen is what no checkpoint covers yet.
     *
     * @param interval at least this often
     * @param recordsMax earlier, when this many records are unsigned
     */
    public record Checkpoints(Duration interval, int recordsMax) {
        /** Every second, or 10,000 records. */
        public static final Checkpoints DEFAULTS = new Checkpoints(Duration.ofSeconds(1), 10_000);

        /** Checks the ranges. */
        public Checkpoints {
            Check.range("checkpoints.recordsMax", recordsMax, 1, Integer.MAX_VALUE);
            atLeastOneMilli("checkpoints.interval", interval);
        }
    }

    /**
     * When the disk counts as full.
     *
     * @param softFreePercent below this free share the log reports SOFT
     * @param hardFreeBytes below this free space the log fails, before the volume is full: a full volume can take half of
     *     a batch
     */
    public record Volume(int softFreePercent, long hardFreeBytes) {
        /** 10 % and 256 MiB. */
        public static final Volume DEFAULTS = new Volume(10, 256L * MEBIBYTE);

        /** Checks the ranges. */
        public Volume {
            Check.range("volume.softFreePercent", softFreePercent, 0, 100);
            Check.range("volume.hardFreeBytes", hardFreeBytes, 0, Long.MAX_VALUE);
        }
    }

    /**
     * What may wait for the disk without a waiting caller: queued outcomes, lists, sessions.
     *
     * @param recordsMax how many
     * @param waitMax how long a caller is held back when the queue is full, before it is refused
     */
    public record Queue(int recordsMax, Duration waitMax) {
        /** 65,536 records, 250 ms. */
        public static final Queue DEFAULTS = new Queue(65_536, Duration.ofMillis(250));

        /** Checks the ranges. */
        public Queue {
            Check.range("queue.recordsMax", recordsMax, 1, Integer.MAX_VALUE);
            Check.range("queue.waitMax in ms", waitMax.toMillis(), 0, Integer.MAX_VALUE);
        }
    }

    /**
     * What refusals of unverified callers may make the log write; the rest is counted.
     *
     * @param recordsMax records per client address, reason and window
     * @param window the window
     * @param keysMax addresses and reasons counted apart; what exceeds them is counted together per reason
     */
    public record Flood(int recordsMax, Duration window, int keysMax) {
        /** 100 in 10 s, 10,000 addresses and reasons. */
        public static final Flood DEFAULTS = new Flood(100, Duration.ofSeconds(10), 10_000);

        /** Checks the ranges. */
        public Flood {
            Check.range("flood.recordsMax", recordsMax, 0, Integer.MAX_VALUE);
            Check.range("flood.keysMax", keysMax, 0, 1 << 20);
            atLeastOneMilli("flood.window", window);
        }
    }

    private static void atLeastOneMilli(String name, Duration value) {
        Check.range(name + " in ms", value.toMillis(), 1, Duration.ofDays(365).toMillis());
    }
}
