package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server process writes to its error stream, as log lines: escaped, bounded, and not more than the log can take. */
final class StderrLog implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StderrLog.class);

    /** Longest line; the rest of it is dropped. */
    static final int LINE_BYTES_MAX = 4 * 1024;

    /** Most lines per second; further ones are counted. */
    static final int LINES_PER_SECOND_MAX = 50;

    private final String alias;
    private final InputStream in;
    private final TimeSource time;
    private long secondBegan;
    private int lines;
    private long unsaid;

    StderrLog(String alias, InputStream in, TimeSource time) {
        this.alias = alias;
        this.in = in;
        this.time = time;
        this.secondBegan = time.nanos();
    }

    @Override
    public void run() {
        LineReader reader = new LineReader(in, LINE_BYTES_MAX);
        try {
            for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
                log(
                        switch (line) {
                            case LineReader.Line.Whole(byte[] bytes) -> new String(bytes, StandardCharsets.UTF_8);
                            case LineReader.Line.TooLong _ -> "(a line of more than " + LINE_BYTES_MAX + " bytes)";
                        });
            }
        } catch (IOException ended) {
            // the process is gone
        }
    }

    private void log(String line) {
        long now = time.nanos();
        if (now - secondBegan > 1_000_000_000L) {
            if (unsaid > 0) {
                LOG.info("upstream {} wrote {} more lines to stderr", alias, unsaid);
            }
            secondBegan = now;
            lines = 0;
            unsaid = 0;
        }
        if (lines++ < LINES_PER_SECOND_MAX) {
            LOG.info("upstream {} stderr: {}", alias, Printable.of(line.stripTrailing(), LINE_BYTES_MAX));
        } else {
            unsaid++;
        }
    }
}
