package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
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
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/**
 * An issuer's introspection endpoint (RFC 7662): asked through the guarded client, never redirected, bounded in bytes, time
 * and number of questions at once. Only a strict JSON object with status 200 is an answer; everything else is none, which
 * is not the caller's fault.
 */
public final class IntrospectionEndpoint {
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int DEPTH_MAX = 16;
    private static final int QUESTIONS_MAX = 32;
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final String alias;
    private final String target;
    private final HttpTransport transport;
    private final ClientAuthentication client;
    private final TimeSource time;
    private final Semaphore free = new Semaphore(QUESTIONS_MAX);

    /** The endpoint of the issuer of that alias, over a transport to its origin. */
    public IntrospectionEndpoint(
            String alias, URI url, HttpTransport transport, ClientAuthentication client, TimeSource time) {
        this.alias = alias;
        this.target = HttpOrigin.target(url);
        this.transport = transport;
        this.client = client;
        this.time = time;
    }

    /**
     * What the issuer says of a token.
     *
     * @throws KeysUnavailable if it says nothing that can be believed
     */
    JsonDocument ask(String token) throws KeysUnavailable {
        if (!free.tryAcquire()) {
            throw unavailable("is asked about " + QUESTIONS_MAX + " tokens already");
        }
        try (HttpExchange exchange = transport.send(call(token))) {
            String type = exchange.header("content-type").orElse("").toLowerCase(Locale.ROOT);
            if (exchange.status() != 200 || !type.startsWith("application/json")) {
                throw unavailable(
                        "answers with status " + exchange.status() + (exchange.status() == 200 ? " and no JSON" : ""));
            }
            return answer(exchange.readAll(ANSWER_BYTES_MAX));
        } catch (HttpFault fault) {
            throw unavailable("cannot be asked: " + fault.kind());
        } catch (CredentialUnavailable unusable) {
            throw unavailable("cannot be asked: " + unusable.getMessage());
        } finally {
            free.release();
        }
    }

    private HttpCall call(String token) throws CredentialUnavailable {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("token", token);
        form.put("token_type_hint", "access_token");
        List<HttpHeader> headers = new ArrayList<>(client.prove(form, time.now()));
        headers.add(new HttpHeader("Content-Type", "application/x-www-form-urlencoded"));
        headers.add(new HttpHeader("Accept", "application/json"));
        String body = form.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
        return new HttpCall(
                "POST",
                target,
                headers,
                body.getBytes(StandardCharsets.US_ASCII),
                Deadline.after(DEADLINE, time),
                ANSWER_BYTES_MAX);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonDocument answer(byte[] body) throws KeysUnavailable {
        try {
            JsonDocument answer = StrictJson.parse(body, JsonLimits.forRequests(ANSWER_BYTES_MAX, DEPTH_MAX));
            if (answer.is(JsonDocument.ROOT, Kind.OBJECT)) {
                return answer;
            }
        } catch (JsonRefused refused) {
            throw unavailable("answers with what is no strict JSON: " + refused.reason());
        }
        throw unavailable("answers with no object");
    }

    private KeysUnavailable unavailable(String what) {
        return new KeysUnavailable("introspection of issuer " + alias + " " + what);
    }
}
