package dev.mcpgateway.audit;

/**
 * A segment that no record will be added to.
 *
 * @param first number of its first record
 * @param bytes length of its file
 * @param head the tree up to its last record
 */
record FinishedSegment(long first, long bytes, TreeHead head) {
    long last() {
        return head.size() - 1;
    }
}
