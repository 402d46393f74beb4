package dev.mcpgateway.gateway.identity;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** An introspection endpoint (RFC 7662) that says what a test wants, and remembers what it was asked. */
public final class FakeIntrospection implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String type = "application/json";
    private volatile String location = "";

    /** One question: its form and its credentials. */
    public record Asked(Map<String, String> form, String authorization) {}

    private FakeIntrospection(HttpServer server) {
        this.server = server;
    }

    /** Starts on a free port of loopback. */
    public static FakeIntrospection start() throws IOException {
        FakeIntrospection fake =
                new FakeIntrospection(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        fake.serve();
        return fake;
    }

    private void serve() {
        server.createContext("/introspect", exchange -> {
            Map<String, String> form =
                    form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            asked.add(new Asked(form, authorization == null ? "" : authorization));
            byte[] body = answers.getOrDefault(form.getOrDefault("token", ""), "{\"active\":false}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().set("Location", location);
            }
            exchange.sendResponseHeaders(status, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : body.split("&", -1)) {
            int equals = pair.indexOf('=');
            form.put(
                    URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return form;
    }

    /** Where it is. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/introspect";
    }

    /** A good answer about a token, changed by the test. */
    public FakeIntrospection knows(String token, Instant now, String audience, Consumer<Map<String, Object>> change) {
        Map<String, Object> answer = TestIssuer.claims(now);
        answer.remove("jti");
        answer.put("active", true);
        answer.put("token_type", "Bearer");
        answer.put("aud", audience);
        change.accept(answer);
        return says(token, JsonMapper.shared().writeValueAsString(answer));
    }

    /** This text about a token. */
    public FakeIntrospection says(String token, String text) {
        answers.put(token, text);
        return this;
    }

    /** From now on it knows the token no more. */
    public void revoke(String token) {
        answers.remove(token);
    }

    /** The status from now on. */
    public void answer(int newStatus) {
        status = newStatus;
    }

    /** The content type from now on. */
    public void type(String newType) {
        type = newType;
    }

    /** From now on it sends elsewhere. */
    public void redirect(String to) {
        status = 302;
        location = to;
    }

    /** What it was asked, in order. */
    public List<Asked> asked() {
        return asked;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
