package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Fetches a key set through the guarded client: no redirects, bounded in bytes and time, only to addresses that the
 * operator allows, and only JSON. The library's own retriever follows redirects and asks any address.
 */
public final class JwksRetriever implements RemoteKeySet.Source {
    private static final int BYTES_MAX = 50 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final HttpTransport transport;
    private final String target;
    private final TimeSource time;

    /** A retriever of this URL over a transport to its origin. */
    public JwksRetriever(URI url, HttpTransport transport, TimeSource time) {
        this.transport = transport;
        this.target = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        this.time = time;
    }

    @Override
    public String fetch() throws IOException {
        HttpCall call = new HttpCall(
                "GET",
                target,
                List.of(new HttpHeader("Accept", "application/jwk-set+json, application/json")),
                new byte[0],
                Deadline.after(DEADLINE, time),
                BYTES_MAX);
        try (HttpExchange exchange = transport.send(call)) {
            if (exchange.status() != 200) {
                throw new IOException("status " + exchange.status());
            }
            String type = exchange.header("content-type").orElse("");
            if (!type.contains("json")) {
                throw new IOException("the key set is not JSON");
            }
            return new String(exchange.readAll(BYTES_MAX), StandardCharsets.UTF_8);
        }
    }
}
