package dev.mcpgateway.samples.loopback;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** Reads a request body that has a largest size. */
public final class BoundedBody {
    private BoundedBody() {}

    /**
     * The whole body, or empty when it is longer than {@code maxBytes}; never holds more than that in memory.
     *
     * @throws IOException when the client leaves or sends broken framing
     */
    public static Optional<byte[]> read(Request request, int maxBytes) throws IOException {
        if (request.getLength() > maxBytes) {
            return Optional.empty();
        }
        try (InputStream in = Content.Source.asInputStream(request)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            return bytes.length > maxBytes ? Optional.empty() : Optional.of(bytes);
        }
    }
}
