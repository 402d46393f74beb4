package dev.mcpgateway.audit;

/**
 * Counts since the log was opened; all only grow, except the two queue figures.
 *
 * @param batches batches written and synced
 * @param records records written and synced
 * @param bytes bytes of those records
 * @param syncNanosSum nanoseconds spent in write and sync
 * @param syncNanosMax longest write and sync of one batch, in nanoseconds
 * @param checkpoints checkpoints published
 * @param uncheckpointedRecords durable records that no published checkpoint covers yet
 * @param summarisedRefusals refusals of unverified callers that were counted instead of written
 * @param queuedRecords records handed in and not yet durable
 */
public record AuditMetrics(
        long batches,
        long records,
        long bytes,
        long syncNanosSum,
        long syncNanosMax,
        long checkpoints,
        long uncheckpointedRecords,
        long summarisedRefusals,
        int queuedRecords) {}
