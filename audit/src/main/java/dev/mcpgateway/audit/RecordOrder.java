package dev.mcpgateway.audit;

/**
 * The rules that join one record to the next: numbers without a gap, and whole batches.
 *
 * <p>A batch is written and synced as a whole before the next one is begun, so a record of a later batch proves that
 * every earlier one was on disk. Only a {@code log.recovered} record may follow a batch that a crash cut short.
 */
final class RecordOrder {
    private long nextSeq;
    private long batch;
    private long batchRecords;
    private long seen;

    /** The number that the next record must have. */
    long nextSeq() {
        return nextSeq;
    }

    /** The batch of the last record; 0 before the first. */
    long batch() {
        return batch;
    }

    /** Records of the current batch so far. */
    long seen() {
        return seen;
    }

    /** Whether records of the current batch are still to come. */
    boolean isIncomplete() {
        return seen < batchRecords;
    }

    /** The batch that the next record belongs to. */
    long expectedBatch() {
        return isIncomplete() ? batch : batch + 1;
    }

    /** Goes on behind records that were checked in another way. */
    void continueAfter(RecordLine last) {
        nextSeq = last.seq() + 1;
        batch = last.batch();
        batchRecords = last.batchRecords();
        seen = batchRecords;
    }

    /** Takes the next record if it follows the last one. */
    boolean accept(RecordLine line, boolean isRecovery) {
        if (line.seq() != nextSeq) {
            return false;
        }
        if (isIncomplete() && line.batch() == batch && line.batchRecords() == batchRecords) {
            seen++;
        } else if (line.batch() == batch + 1 && (!isIncomplete() || (isRecovery && line.batchRecords() == 1))) {
            batch = line.batch();
            batchRecords = line.batchRecords();
            seen = 1;
        } else {
            return false;
        }
        nextSeq++;
        return true;
    }
}
