package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The token endpoint of an authorization server (RFC 6749 section 3.2): asked once per token, never redirected, bounded
 * in bytes and time. What it answers is read strictly; its words reach no agent and no log but for a registered error code.
 */
public final class TokenEndpoint {
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int TOKEN_CHARS_MAX = 16 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** Believed of a token whose life is not told. */
    private static final Duration LIFE_UNTOLD = Duration.ofMinutes(1);

    /** Longer lives are taken for this. */
    private static final long LIFE_SECONDS_MAX = 24 * 3600;

    private static final Name ACCESS_TOKEN = Name.of("access_token");
    private static final Name TOKEN_TYPE = Name.of("token_type");
    private static final Name ISSUED_TYPE = Name.of("issued_token_type");
    private static final Name EXPIRES_IN = Name.of("expires_in");
    private static final Name ERROR = Name.of("error");
    private static final Set<String> ACCESS_TOKEN_TYPES =
            Set.of("urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt");

    private final String target;
    private final String shown;
    private final HttpTransport transport;
    private final ClientAuthentication client;
    private final TimeSource time;

    /** An issued token and its end. */
    record Issued(Secret token, Instant expiresAt) implements IssuedTokens.Ending {
        Credential credential() {
            return new Credential(List.of(new HttpHeader("Authorization", "Bearer " + token.expose())));
        }
    }

    /** The endpoint at this URL, over a transport to its origin. */
    public TokenEndpoint(URI url, HttpTransport transport, ClientAuthentication client, TimeSource time) {
        this.target = HttpOrigin.target(url);
        this.shown = HttpOrigin.of(url).toString();
        this.transport = transport;
        this.client = client;
        this.time = time;
    }

    String clientId() {
        return client.clientId();
    }

    TimeSource time() {
        return time;
    }

    Issued ask(Map<String, String> parameters) throws CredentialUnavailable {
        Instant now = time.now();
        Map<String, String> form = new LinkedHashMap<>(parameters);
        List<HttpHeader> headers = new ArrayList<>(client.prove(form, now));
        headers.add(new HttpHeader("Content-Type", "application/x-www-form-urlencoded"));
        headers.add(new HttpHeader("Accept", "application/json"));
        String body = form.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
        HttpCall call = new HttpCall(
                "POST",
                target,
                headers,
                body.getBytes(StandardCharsets.US_ASCII),
                Deadline.after(DEADLINE, time),
                ANSWER_BYTES_MAX);
        try (HttpExchange exchange = transport.send(call)) {
            return issued(exchange.status(), exchange.readAll(ANSWER_BYTES_MAX), now);
        } catch (HttpFault fault) {
            throw unavailable("cannot be asked: " + fault.kind());
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Issued issued(int status, byte[] body, Instant now) throws CredentialUnavailable {
        JsonDocument answer;
        try {
            answer = StrictJson.parse(body, JsonLimits.forRequests(ANSWER_BYTES_MAX, JsonLimits.DEPTH_DEFAULT));
        } catch (JsonRefused notJson) {
            throw unavailable("answered with status " + status + " and no JSON");
        }
        if (status != 200) {
            throw new CredentialRefused(
                    "the token endpoint at " + shown + " refused with status " + status + errorCode(answer));
        }
        String token = text(answer, ACCESS_TOKEN);
        boolean isBearer = text(answer, TOKEN_TYPE).equalsIgnoreCase("Bearer");
        boolean isAccess =
                answer.at(ISSUED_TYPE) == JsonDocument.NONE || ACCESS_TOKEN_TYPES.contains(text(answer, ISSUED_TYPE));
        boolean isText = !token.isEmpty() && token.length() <= TOKEN_CHARS_MAX && token.matches("[!-~]+");
        if (!isBearer || !isAccess || !isText) {
            throw unavailable("issued nothing that is a bearer access token");
        }
        return new Issued(Secret.of(token), now.plus(life(answer)));
    }

    private Duration life(JsonDocument answer) throws CredentialUnavailable {
        int node = answer.at(EXPIRES_IN);
        if (node == JsonDocument.NONE) {
            return LIFE_UNTOLD;
        }
        if (!answer.is(node, Kind.NUMBER) || !answer.raw(node).matches("[0-9]{1,12}")) {
            throw unavailable("told no number of seconds in expires_in");
        }
        return Duration.ofSeconds(Math.min(Long.parseLong(answer.raw(node)), LIFE_SECONDS_MAX));
    }

    private static String text(JsonDocument answer, Name name) {
        int node = answer.at(name);
        return answer.is(node, Kind.STRING) ? answer.string(node) : "";
    }

    private static String errorCode(JsonDocument answer) {
        String code = text(answer, ERROR);
        return code.matches("[a-z_]{1,64}") ? ", error " + code : "";
    }

    private CredentialUnavailable unavailable(String what) {
        return new CredentialUnavailable("the token endpoint at " + shown + " " + what);
    }
}
