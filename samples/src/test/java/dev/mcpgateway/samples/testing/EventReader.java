package dev.mcpgateway.samples.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An open event stream, read line by line. Closing it closes the connection, which is how a client cancels. */
public final class EventReader implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final int status;
    private final InputStream in;
    private final BufferedReader lines;

    EventReader(int status, InputStream in) {
        this.status = status;
        this.in = in;
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The next message, skipping everything else; fails when the stream ends first. */
    public JsonNode next() {
        while (true) {
            String line = line().orElseThrow(() -> new AssertionError("the stream ended"));
            if (line.startsWith("data: {")) {
                return JSON.readTree(line.substring("data: ".length()));
            }
        }
    }

    /** The next line of the stream that is not empty; empty at its end. */
    public Optional<String> line() {
        try {
            String line = lines.readLine();
            while (line != null && line.isEmpty()) {
                line = lines.readLine();
            }
            return Optional.ofNullable(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
