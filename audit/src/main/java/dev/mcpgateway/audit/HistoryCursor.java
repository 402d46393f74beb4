package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads {@code checkpoints.log} line by line, up to the length that it had in the beginning. */
final class HistoryCursor implements Closeable {
    private final LineReader reader;
    private final long end;
    private final Findings findings;
    private final NoteChecks notes;
    private final boolean allSignatures;
    private long badAt = -1;
    private long lines;

    HistoryCursor(AuditStorage storage, Findings findings, NoteChecks notes, boolean allSignatures) throws IOException {
        AuditStorage.StoredFile file = storage.openToRead(LogFiles.CHECKPOINTS);
        this.end = file.size();
        this.reader = new LineReader(file, 0, CheckpointLine.BYTES_MAX);
        this.findings = findings;
        this.notes = notes;
        this.allSignatures = allSignatures;
    }

    /** The next good line; bad ones are reported, unless only the last one is torn. */
    Optional<CheckpointLine> next() throws IOException {
        while (reader.next() && reader.offset() + reader.to() - reader.from() < end) {
            Optional<CheckpointLine> line = reader.isTerminated()
                    ? CheckpointLine.parse(reader.array(), reader.from(), reader.to())
                    : Optional.empty();
            lines++;
            if (badAt >= 0) {
                findings.problem(
                        Findings.Kind.ALTERED,
                        LogFiles.CHECKPOINTS + ", line " + (lines - 1) + ", byte " + badAt + " is damaged");
                badAt = -1;
            }
            if (line.isPresent()) {
                if (allSignatures) {
                    notes.isSigned(notes.note(line.get()), LogFiles.CHECKPOINTS + ", line " + lines);
                }
                return line;
            }
            badAt = reader.offset();
        }
        if (badAt >= 0) {
            findings.note("the last line of " + LogFiles.CHECKPOINTS + " is torn: it was never published");
            badAt = -1;
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
