package dev.mcpgateway.gateway.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** An agent that calls models, as the SDKs of OpenAI and Anthropic do. */
public final class ModelAgent {
    private final TestGateway gateway;
    private final String token;

    private ModelAgent(TestGateway gateway, String token) {
        this.gateway = gateway;
        this.token = token;
    }

    /** Alice, with a token for models. */
    public static ModelAgent of(TestGateway gateway) {
        return of(gateway, "alice");
    }

    /** Somebody with a token for models. */
    public static ModelAgent of(TestGateway gateway, String subject) {
        return new ModelAgent(gateway, token(gateway, subject));
    }

    /** Somebody whose token for models differs in further claims. */
    public static ModelAgent of(TestGateway gateway, String subject, Map<String, Object> claims) {
        return new ModelAgent(gateway, gateway.token(all -> {
            all.put("aud", gateway.url().resolve("/v1").toString());
            all.put("sub", subject);
            all.putAll(claims);
        }));
    }

    /** Whoever holds this credential. */
    public static ModelAgent holding(TestGateway gateway, String credential) {
        return new ModelAgent(gateway, credential);
    }

    /** A good token for models. */
    public static String token(TestGateway gateway, String subject) {
        return gateway.token(claims -> {
            claims.put("aud", gateway.url().resolve("/v1").toString());
            claims.put("sub", subject);
        });
    }

    /** A request in OpenAI's manner. */
    public WireRequest post(String path, String body) {
        return plain("POST", path)
                .plus("Authorization", "Bearer " + token)
                .plus("Content-Type", "application/json")
                .plus("Accept", "application/json")
                .body(body);
    }

    /** A request in Anthropic's manner. */
    public WireRequest anthropic(String path, String body) {
        return plain("POST", path)
                .plus("X-Api-Key", token)
                .plus("anthropic-version", "2023-06-01")
                .plus("Content-Type", "application/json")
                .body(body);
    }

    /** A request without a body. */
    public WireRequest get(String path) {
        return plain("GET", path).plus("Authorization", "Bearer " + token);
    }

    /** A request without a credential. */
    public WireRequest plain(String method, String path) {
        return WireRequest.of(method, path).plus("Host", "127.0.0.1:" + gateway.port());
    }

    /** Asks and waits for the whole answer. */
    public WireAnswer ask(WireRequest request) {
        return gateway.send(request);
    }

    /** Asks in OpenAI's manner. */
    public WireAnswer chat(String body) {
        return ask(post("/v1/chat/completions", body));
    }

    /** Asks and gives the connection, of which nothing was read. */
    public WireClient begin(WireRequest request) {
        try {
            WireClient client = gateway.connect();
            client.send(request.bytes());
            return client;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
