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

    /** The open calls among the first {@code size} records, oldest first. */
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
                    return reader.next() ? Math.max(0, fields(reader).oldestOpen()) : 0;
                }
            }
        }
        return 0;
    }

    private static void collect(AuditStorage storage, long first, long size, Map<Long, OpenCall> open)
            throws IOException {
        try (LineReader reader = reader(storage, first)) {
            for (long seq = first; seq < size && reader.next(); seq++) {
                RecordFields fields = fields(reader);
                if (fields.opensCall()) {
                    open.put(seq, new OpenCall(seq, fields.call(), fields.callEvent()));
                } else if (fields.closesCall()) {
                    open.remove(fields.parent());
                }
            }
        }
    }

    private static LineReader reader(AuditStorage storage, long first) throws IOException {
        return new LineReader(storage.openToRead(LogFiles.records(first)), 0, RecordLine.BYTES_MAX);
    }

    private static RecordFields fields(LineReader reader) {
        return RecordFields.read(reader.array(), reader.from(), reader.to());
    }
}
