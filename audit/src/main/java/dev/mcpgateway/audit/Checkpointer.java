package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * Signs and publishes checkpoints and seals. Used by one thread at a time.
 *
 * <p>A checkpoint covers only records that are durable, and it is durable itself, in {@code checkpoints.log}, before
 * anybody can see it in {@code checkpoint}.
 */
final class Checkpointer implements CheckpointSink, Closeable {
    private final AuditStorage storage;
    private final NoteSigner signer;
    private final CheckpointHistory history;
    private volatile Published published;

    Checkpointer(AuditStorage storage, NoteSigner signer, RecoveredLog log) throws IOException {
        this.storage = storage;
        this.signer = signer;
        this.history = new CheckpointHistory(storage.open(LogFiles.CHECKPOINTS), log.checkpointsBytes());
        this.published = new Published(log.checkpoint().size(), 0, 0);
    }

    /**
     * The newest published checkpoint.
     *
     * @param size records it covers
     * @param micros when it was made; 0 if an earlier process did
     * @param count checkpoints published by this process
     */
    record Published(long size, long micros, long count) {}

    Published published() {
        return published;
    }

    @Override
    public boolean checkpoint(TreeHead head, long micros) throws IOException {
        if (head.size() > published.size()) {
            sign(head, micros);
        }
        return true;
    }

    private void sign(TreeHead head, long micros) throws IOException {
        String origin = signer.key().name();
        String text = new Checkpoint(origin, head).text();
        String signature = sign(text);
        history.append(new CheckpointLine(head, micros, signature));
        publish(LogFiles.CHECKPOINT, SignedNote.format(text, origin, signature));
        published = new Published(head.size(), micros, published.count() + 1);
    }

    @Override
    public void seal(FinishedSegment segment, long micros) throws IOException {
        checkpoint(segment.head(), micros);
        Seal seal = new Seal(
                signer.key().name(),
                segment.first(),
                segment.last(),
                segment.bytes(),
                new SegmentFiles(storage).sha256(segment.first(), 0, segment.bytes()),
                segment.head());
        syncLeaves(segment.first());
        publish(
                LogFiles.seal(segment.first()),
                SignedNote.format(seal.text(), signer.key().name(), sign(seal.text())));
        storage.makeReadOnly(LogFiles.records(segment.first()));
    }

    private String sign(String text) throws IOException {
        try {
            return signer.sign(text);
        } catch (GeneralSecurityException e) {
            throw new IOException("signing failed", e);
        }
    }

    private void publish(String path, String note) throws IOException {
        LogFiles.replace(storage, path, note.getBytes(StandardCharsets.UTF_8));
    }

    private void syncLeaves(long first) throws IOException {
        if (storage.exists(LogFiles.leaves(first))) {
            try (AuditStorage.StoredFile file = storage.open(LogFiles.leaves(first))) {
                file.sync();
            }
        }
    }

    @Override
    public void close() throws IOException {
        history.close();
    }
}
