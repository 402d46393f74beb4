package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Searches a log, live or not, without changing it. Every record is read from the evidence itself and its checksum is
 * compared; whether the evidence is whole is the {@link AuditVerifier}'s question.
 */
public final class AuditReader {
    /** Damaged places told one by one; the rest is left to the verifier. */
    private static final int DAMAGED_MAX = 100;

    /** Most calls of one trace; an agent that makes more in one has a trace that tells nothing. */
    static final int TRACE_CALLS_MAX = 100_000;

    private final AuditStorage storage;

    /** Reads the log in the directory that holds {@code log.json}. */
    public AuditReader(Path directory) {
        this(new FileStorage(directory));
    }

    /**
     * Reads the log in that directory, or the one log in a directory below it.
     *
     * @throws IOException if there is none
     */
    public static AuditReader in(Path directory) throws IOException {
        Path log = AuditMain.logDirectory(directory);
        if (!Files.exists(log.resolve(LogFiles.LOG_JSON))) {
            throw new IOException("there is no log.json in " + directory + ", nor one log below it");
        }
        return new AuditReader(log);
    }

    AuditReader(AuditStorage storage) {
        this.storage = storage;
    }

    /**
     * What a search found.
     *
     * @param matches records handed to the consumer
     * @param damaged places that could not be read as records: file and byte offset
     */
    public record Result(long matches, List<String> damaged) {
        /** Copies the list. */
        public Result {
            damaged = List.copyOf(damaged);
        }
    }

    /**
     * Hands every matching record to {@code sink}, one by one, and keeps none. A query for a trace reads the whole log twice:
     * outcomes name only the call whose intent names the trace.
     *
     * @throws IOException if a file cannot be read, or a trace has more than {@link #TRACE_CALLS_MAX} calls
     */
    public Result read(AuditQuery query, Consumer<AuditRecord> sink) throws IOException {
        Set<String> calls = query.trace().isEmpty() ? Set.of() : callsIn(query.trace());
        return search(
                query,
                found -> query.trace().isEmpty() || found.isIn(query.trace()) || calls.contains(found.text("call")),
                sink);
    }

    private Result search(AuditQuery query, Predicate<AuditRecord> isWanted, Consumer<AuditRecord> sink)
            throws IOException {
        Search search = new Search(query, isWanted, sink);
        List<Long> segments = LogFiles.segments(storage);
        for (long first : query.newestFirst() ? segments.reversed() : segments) {
            if (!search.ended) {
                search.segment(first, first == segments.getLast());
            }
        }
        return new Result(search.matches, search.damaged);
    }

    private Set<String> callsIn(String trace) throws IOException {
        Set<String> calls = new HashSet<>();
        // a record of no call must not bring in all others that are of none
        search(AuditQuery.ALL, found -> found.isIn(trace) && !found.text("call").isEmpty(), found -> {
            if (calls.size() <= TRACE_CALLS_MAX) {
                calls.add(found.text("call"));
            }
        });
        if (calls.size() > TRACE_CALLS_MAX) {
            throw new IOException("the trace has more than " + TRACE_CALLS_MAX + " calls");
        }
        return calls;
    }

    /**
     * The pseudonyms of a subject.
     *
     * @param subjectKeyFile the log's subject key
     * @param issuer the subject's issuer; empty for every issuer that the log names, which reads the whole log
     * @throws IOException if a file cannot be read
     */
    public Set<String> pseudonyms(Path subjectKeyFile, String issuer, String subject) throws IOException {
        Pseudonyms pseudonyms = new Pseudonyms(KeyFiles.subjectKey(subjectKeyFile));
        Set<String> issuers = new TreeSet<>(Set.of(issuer));
        if (issuer.isEmpty()) {
            read(AuditQuery.ALL, found -> issuers.add(found.text("actor.iss")));
        }
        Set<String> names = new TreeSet<>();
        issuers.forEach(each -> names.add(HexFormat.of().formatHex(pseudonyms.subject(each, subject))));
        return names;
    }

    private final class Search {
        private final AuditQuery query;
        private final Predicate<AuditRecord> isWanted;
        private final Consumer<AuditRecord> sink;
        private final long fromMicros;
        private final long toMicros;
        private final RecordLine line = new RecordLine();
        private final List<String> damaged = new ArrayList<>();
        private long matches;
        private boolean ended;

        Search(AuditQuery query, Predicate<AuditRecord> isWanted, Consumer<AuditRecord> sink) {
            this.query = query;
            this.isWanted = isWanted;
            this.sink = sink;
            this.fromMicros = Rfc3339.micros(query.from());
            this.toMicros = Rfc3339.micros(query.to());
        }

        void segment(long first, boolean isNewest) throws IOException {
            AuditStorage.StoredFile file = storage.openToRead(LogFiles.records(first));
            try (Lines lines = query.newestFirst()
                    ? new BackwardLineReader(file, RecordLine.BYTES_MAX)
                    : new LineReader(file, 0, RecordLine.BYTES_MAX)) {
                while (!ended && lines.next()) {
                    line(lines, first, isNewest);
                }
            }
        }

        /** A line without LF is the end of a log that is being written; nowhere else may one be. */
        private void line(Lines lines, long first, boolean isNewest) {
            int length = lines.to() - lines.from();
            if (!lines.isTerminated() && isNewest && length <= RecordLine.BYTES_MAX) {
                return;
            }
            if (!lines.isTerminated() || !line.parse(lines.array(), lines.from(), lines.to())) {
                damaged(first, lines.offset());
            } else if (isInTime()) {
                record(lines, first);
            }
        }

        /** Writer times never decrease, so one record beyond the range ends the search in its direction. */
        private boolean isInTime() {
            boolean isEarly = line.timeMicros() < fromMicros;
            boolean isLate = line.timeMicros() > toMicros;
            ended = query.newestFirst() ? isEarly : isLate;
            return !isEarly && !isLate;
        }

        private void record(Lines lines, long first) {
            String json = new String(lines.array(), lines.from(), lines.to() - lines.from(), StandardCharsets.UTF_8);
            try {
                AuditRecord found =
                        new AuditRecord(line.seq(), json, JsonMapper.shared().readTree(json));
                if (found.matches(query) && isWanted.test(found)) {
                    matches++;
                    sink.accept(found);
                    ended = query.limit() > 0 && matches >= query.limit();
                }
            } catch (JacksonException e) {
                damaged(first, lines.offset());
            }
        }

        private void damaged(long first, long offset) {
            if (damaged.size() < DAMAGED_MAX) {
                damaged.add(LogFiles.records(first) + ", byte " + offset);
            }
        }
    }
}
