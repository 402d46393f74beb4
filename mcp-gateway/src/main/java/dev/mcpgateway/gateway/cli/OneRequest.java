package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.credential.HeaderSecret;
import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.Loopback;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request with a bearer token to a server that the operator names, and its whole answer. */
final class OneRequest {
    /** The operator names the target on the command line, and means it. */
    private static final List<AddressRange> EVERYWHERE = List.of(AddressRange.of("0.0.0.0/0"), AddressRange.of("::/0"));

    /** The longest is usage by 100,000 users, some 30 MB with names of usual length. */
    private static final int REPLY_BYTES_MAX = 64 << 20;

    private static final String BEARER = "Bearer ";

    private OneRequest() {}

    /**
     * The answer.
     *
     * @param headers those that were asked for and are there
     */
    record Answer(int status, Map<String, String> headers, String text) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /**
     * Sends it and waits.
     *
     * @param tokenFile file with the bearer token
     * @param more further header fields
     * @param wanted names of the answer's header fields to read
     * @throws IOException if the token cannot be used, would travel in clear, or nothing answers; the message is for the operator
     */
    static Answer send(
            URI url,
            String method,
            String path,
            Path tokenFile,
            Map<String, String> more,
            String body,
            Duration patience,
            List<String> wanted)
            throws IOException {
        if (!"https".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            throw new IOException("the token would travel in clear: use https, or ask on the gateway's own machine");
        }
        Wiring wiring = Wiring.production(BuildVersion.text());
        TimeSource time = new TimeSource(wiring.clock(), wiring.nanoClock());
        List<HttpHeader> headers = new ArrayList<>(List.of(
                new HttpHeader("Authorization", BEARER + token(tokenFile, time)),
                new HttpHeader("Content-Type", "application/json"),
                new HttpHeader("Accept", "application/json")));
        more.forEach((name, value) -> headers.add(new HttpHeader(name, value)));
        HttpCall call = new HttpCall(
                method,
                path,
                headers,
                body.getBytes(StandardCharsets.UTF_8),
                Deadline.after(patience, time),
                REPLY_BYTES_MAX);
        try (DeadlineSweeper sweeper = new DeadlineSweeper(time);
                HttpTransport transport = HttpTransport.open(
                        HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.STANDARD),
                        OutboundGuard.forTarget(url, EVERYWHERE),
                        sweeper);
                HttpExchange exchange = transport.send(call)) {
            Map<String, String> said = new LinkedHashMap<>();
            wanted.forEach(name -> exchange.header(name).ifPresent(value -> said.put(name, value)));
            return new Answer(
                    exchange.status(), said, new String(exchange.readAll(REPLY_BYTES_MAX), StandardCharsets.UTF_8));
        } catch (HttpFault failure) {
            throw new IOException(
                    url
                            + (isTooLong(failure)
                                    ? " answers with more than the " + (REPLY_BYTES_MAX >> 20) + " MiB that are read"
                                    : " does not answer: " + failure.getMessage()),
                    failure);
        }
    }

    /** Whether there was an answer, and more of it than is read. */
    static boolean isTooLong(@Nullable Throwable cause) {
        return cause instanceof HttpFault fault && fault.kind() == HttpFault.Kind.TOO_LARGE;
    }

    private static String token(Path file, TimeSource time) throws IOException {
        try {
            return new HeaderSecret(BEARER, new SecretFile(file, time)).read().expose();
        } catch (SecretUnavailable unusable) {
            throw new IOException(unusable.getMessage(), unusable);
        }
    }
}
