package dev.mcpgateway.connectors.oauth;

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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Requests to authorization servers and for metadata: URLs that others wrote (T21). Only https, but for loopback; only
 * addresses that the guard lets through, pinned for the connection; no redirects; at most 64 KiB within 5 seconds.
 */
public final class OAuthWeb {
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int URL_CHARS_MAX = 2048;
    private static final int CONNECTIONS = 1;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** An address and not a name that begins like one. */
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

    private final Set<HttpOrigin> trusted;
    private final List<AddressRange> networks;
    private final DeadlineSweeper sweeper;

    /** What came back. */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record Answer(int status, String challenge, byte[] body) {}

    /**
     * Requests for one upstream or issuer.
     *
     * @param written URLs that the operator wrote: their origins may be asked wherever they are
     * @param networks networks that the operator allows for everything else
     */
    public OAuthWeb(List<URI> written, List<AddressRange> networks, DeadlineSweeper sweeper) {
        this.trusted = written.stream().map(HttpOrigin::of).collect(Collectors.toUnmodifiableSet());
        this.networks = List.copyOf(networks);
        this.sweeper = sweeper;
    }

    TimeSource time() {
        return sweeper.time();
    }

    /**
     * A URL to which a request or a browser may go.
     *
     * @throws OAuthFault if it is none: another scheme than https, a user, a fragment, too long
     */
    static URI url(String text) throws OAuthFault {
        try {
            URI url = URI.create(text);
            HttpOrigin origin = HttpOrigin.of(url);
            boolean isSafe = origin.secure()
                    || LOOPBACK.matcher(String.valueOf(url.getHost())).matches();
            if (isSafe && text.length() <= URL_CHARS_MAX && text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
                return url;
            }
        } catch (IllegalArgumentException malformed) {
            // told below, in the same words
        }
        throw new OAuthFault("a URL in its metadata is no https URL");
    }

    Answer get(URI url) throws OAuthFault {
        return send("GET", url, List.of(new HttpHeader("Accept", "application/json")), new byte[0]);
    }

    Answer post(URI url, List<HttpHeader> headers, byte[] body) throws OAuthFault {
        return send("POST", url, headers, body);
    }

    private Answer send(String method, URI url, List<HttpHeader> headers, byte[] body) throws OAuthFault {
        HttpOrigin origin = HttpOrigin.of(url);
        OutboundGuard guard = trusted.contains(origin)
                ? OutboundGuard.forTarget(url, networks)
                : OutboundGuard.forDiscovered(networks);
        HttpCall call = new HttpCall(
                method, HttpOrigin.target(url), headers, body, Deadline.after(DEADLINE, time()), ANSWER_BYTES_MAX);
        try (HttpTransport transport = HttpTransport.open(
                        HttpSettings.of(origin, HttpSettings.Client.STANDARD).withConnections(CONNECTIONS),
                        guard,
                        sweeper);
                HttpExchange exchange = transport.send(call)) {
            return new Answer(
                    exchange.status(),
                    exchange.header("WWW-Authenticate").orElse(""),
                    exchange.readAll(ANSWER_BYTES_MAX));
        } catch (HttpFault fault) {
            throw new OAuthFault(origin + " cannot be asked: " + fault.kind());
        }
    }
}
