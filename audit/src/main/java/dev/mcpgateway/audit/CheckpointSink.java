package dev.mcpgateway.audit;

import java.io.IOException;

/** Takes what the writer wants signed: done by another thread in production, at once in tests of the order of writes. */
interface CheckpointSink {
    /** Asks for a checkpoint over records that are durable; false while another one is being made. */
    boolean checkpoint(TreeHead head, long micros) throws IOException;

    /** Asks for the seal of a finished segment; never ignored. */
    void seal(FinishedSegment segment, long micros) throws IOException;
}
