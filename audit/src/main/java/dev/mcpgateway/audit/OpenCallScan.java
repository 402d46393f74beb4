package dev.mcpgateway.audit;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the calls whose intent is recorded and whose outcome is not.
 *
 * <p>The first record of every segment names the oldest call that was open when the segment began ({@code
 * detail.oldest_open}), so that only the newest segment and what such a call spans is read.
 */
final class OpenCallScan {
    private OpenCallScan() {}

    /**
     * The open calls among the first {@code size} records, oldest first.
     *
     * @throws AuditRefusesToStart if one of the records is not whole: of older segments recovery compared only a sample
     */
    static List<OpenCall> read(AuditStorage storage, List<Long> segments, long size) throws IOException {
        long oldest = oldestOpen(storage, segments, size);
        Map<Long, OpenCall> open = new LinkedHashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            boolean ends = i + 1 < segments.size() && segments.get(i + 1) <= oldest;
            if (!ends && segments.get(i) < size) {
                collect(storage, segments.get(i), size, open);
            }
        }
        return List.copyOf(open.values());
    }

    private static long oldestOpen(AuditStorage storage, List<Long> segments, long size) throws IOException {
        for (long first : segments.reversed()) {
            if (first < size) {
                try (LineReader reader = reader(storage, first)) {
                    return reader.next()
                            ? Math.max(
                                    0,
                                    whole(reader, new RecordLine(), first, first)
                                            .oldestOpen())
                            : 0;
                }
            }
        }
        return 0;
    }

    private static void collect(AuditStorage storage, long first, long size, Map<Long, OpenCall> open)
            throws IOException {
        try (LineReader reader = reader(storage, first)) {
            RecordLine line = new RecordLine();
            for (long seq = first; seq < size && reader.next(); seq++) {
                RecordFields fields = whole(reader, line, first, seq);
                if (fields.opensCall()) {
                    open.put(seq, new OpenCall(seq, fields.call(), fields.callEvent()));
                } else if (fields.closesCall()) {
                    open.remove(fields.parent());
                }
            }
        }
    }

    private static RecordFields whole(LineReader reader, RecordLine line, long first, long seq) {
        if (!line.parse(reader.array(), reader.from(), reader.to()) || line.seq() != seq) {
            throw Recovery.damaged(
                    LogFiles.records(first), seq, reader.offset(), "the bytes here are not the record that was sealed");
        }
        return fields(reader);
    }

    private static LineReader reader(AuditStorage storage, long first) throws IOException {
        return new LineReader(storage.openToRead(LogFiles.records(first)), 0, RecordLine.BYTES_MAX);
    }

    private static RecordFields fields(LineReader reader) {
        return RecordFields.read(reader.array(), reader.from(), reader.to());
    }
}
