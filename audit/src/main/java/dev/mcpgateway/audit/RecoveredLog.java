package dev.mcpgateway.audit;

import java.util.List;
import java.util.Optional;

/**
 * The state of a log after recovery: where the next record goes, and what must be said first.
 *
 * @param tree the tree over all records; the writer goes on with it
 * @param lastBatch number of the last batch; 0 if there is none
 * @param lastMicros writer time of the last record; 0 if there is none
 * @param newestFirst first record number of the segment that is written to
 * @param newestBytes its length
 * @param unsealed finished segments that have no seal yet, oldest first
 * @param torn what was cut off, if anything
 * @param open calls without an outcome, oldest first
 * @param checkpoint head of the newest checkpoint; size 0 if there is none
 * @param checkpointsBytes length of the good part of {@code checkpoints.log}
 */
record RecoveredLog(
        HashTree tree,
        long lastBatch,
        long lastMicros,
        long newestFirst,
        long newestBytes,
        List<FinishedSegment> unsealed,
        Optional<Torn> torn,
        List<OpenCall> open,
        TreeHead checkpoint,
        long checkpointsBytes) {
    RecoveredLog {
        unsealed = List.copyOf(unsealed);
        open = List.copyOf(open);
    }
}
