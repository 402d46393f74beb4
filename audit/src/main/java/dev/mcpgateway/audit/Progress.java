package dev.mcpgateway.audit;

/** What the writer has done so far; replaced as a whole after each batch, so that readers see one moment. */
record Progress(long nextSeq, long batches, long records, long bytes, long syncNanosSum, long syncNanosMax) {
    static final Progress NONE = new Progress(0, 0, 0, 0, 0, 0);

    Progress plus(long newNextSeq, int batchRecords, long batchBytes, long nanos) {
        return new Progress(
                newNextSeq,
                batches + 1,
                records + batchRecords,
                bytes + batchBytes,
                syncNanosSum + nanos,
                Math.max(syncNanosMax, nanos));
    }
}
