package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Forward and backward readers see the same lines as a plain split of the whole file. */
class LinesTest {
    private static final int LINE_BYTES_MAX = 65_535;

    @Test
    void bothDirectionsSeeEveryLineOfAnyFile() throws IOException {
        long seed = 47;
        System.out.println("LinesTest: seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            String content = randomContent(random);
            List<String> expected = lines(content);

            assertThat(forward(content)).as("round " + round).isEqualTo(expected);
            assertThat(backward(content).reversed()).as("round " + round).isEqualTo(expected);
        }
    }

    private static String randomContent(Random random) {
        StringBuilder content = new StringBuilder();
        int most = random.nextInt(4) == 0 ? LINE_BYTES_MAX : 700;
        for (int i = random.nextInt(200); i > 0; i--) {
            content.append(Character.toString('a' + random.nextInt(26)).repeat(random.nextInt(most + 1)))
                    .append('\n');
        }
        if (random.nextBoolean()) {
            content.append("no line feed");
        }
        return content.toString();
    }

    /** Offset, termination and text of each line. */
    private static List<String> lines(String content) {
        List<String> lines = new ArrayList<>();
        int at = 0;
        while (at < content.length()) {
            int end = content.indexOf('\n', at);
            boolean terminated = end >= 0;
            end = terminated ? end : content.length();
            lines.add(at + " " + terminated + " " + content.substring(at, end));
            at = end + 1;
        }
        return lines;
    }

    @Test
    void anEmptyFileHasNoLines() throws IOException {
        assertThat(forward("")).isEmpty();
        assertThat(backward("")).isEmpty();
    }

    @Test
    void aLineThatNeverEndsIsHandedOutInPiecesAndNeverHeldWhole() throws IOException {
        String content = "x".repeat(3_000_000) + "\nend\n";

        List<String> found = forward(content);

        assertThat(found.size()).isGreaterThan(2);
        assertThat(found.getFirst()).startsWith("0 false xxx");
        assertThat(found.getLast()).endsWith("true end");
    }

    @Test
    void whatIsWrittenAfterTheEndWasSeenIsNoLineOfItsOwn() throws IOException {
        Growing file = new Growing("whole\nhal");
        try (LineReader reader = new LineReader(file, 0, LINE_BYTES_MAX)) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.next()).isTrue();
            assertThat(reader.isTerminated()).isFalse();
            file.content += "f a line\nnext\n";

            assertThat(reader.next()).isFalse();
        }
    }

    /** A file that somebody else is writing. */
    private static final class Growing implements AuditStorage.StoredFile {
        private String content;

        private Growing(String content) {
            this.content = content;
        }

        @Override
        public long size() {
            return content.length();
        }

        @Override
        public int read(ByteBuffer into, long position) {
            if (position >= content.length()) {
                return -1;
            }
            byte[] rest = content.substring((int) position).getBytes(StandardCharsets.US_ASCII);
            int length = Math.min(rest.length, into.remaining());
            into.put(rest, 0, length);
            return length;
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException("only read here");
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException("only read here");
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}
    }

    private static List<String> forward(String content) throws IOException {
        return read(new LineReader(file(content), 0, LINE_BYTES_MAX));
    }

    private static List<String> backward(String content) throws IOException {
        return read(new BackwardLineReader(file(content), LINE_BYTES_MAX));
    }

    private static AuditStorage.StoredFile file(String content) throws IOException {
        CrashingStorage storage = new CrashingStorage();
        storage.overwrite("file", content.getBytes(StandardCharsets.UTF_8));
        return storage.openToRead("file");
    }

    private static List<String> read(Lines reader) throws IOException {
        List<String> found = new ArrayList<>();
        try (reader) {
            while (reader.next()) {
                String text =
                        new String(reader.array(), reader.from(), reader.to() - reader.from(), StandardCharsets.UTF_8);
                found.add(reader.offset() + " " + reader.isTerminated() + " " + text);
            }
        }
        return found;
    }
}
