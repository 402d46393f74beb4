package dev.mcpgateway.connectors.testing;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fake: what the documentation of Vault and OpenBao says of the KV version 2 engine and of AppRole logins, as far as the
 * gateway uses them. No server of either was at hand to compare it with.
 */
public final class FakeVault implements AutoCloseable {
    private final RawServer server;
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final List<RawRequest> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger logins = new AtomicInteger();
    private volatile String token = "root-token";
    private volatile int leaseSeconds = 3600;
    private volatile int status;
    private volatile String text = "";

    private FakeVault() {
        this.server = RawServer.start(this::serve);
    }

    /** Starts on a free port of loopback; its token is {@code root-token}. */
    public static FakeVault start() {
        return new FakeVault();
    }

    /** Where it is. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /** Puts a secret: the JSON text of its keys and values. */
    public FakeVault put(String path, String json) {
        secrets.put(path, json);
        return this;
    }

    /** Deletes a secret's newest version. */
    public void delete(String path) {
        secrets.put(path, "null");
    }

    /** From now on this is the only good token. */
    public void token(String next) {
        token = next;
    }

    /** How long tokens of later logins live. */
    public void lease(int seconds) {
        leaseSeconds = seconds;
    }

    /** From now on every answer has this status; 0 for what belongs there. */
    public void answer(int newStatus) {
        status = newStatus;
    }

    /** From now on every read gives this text; empty for what belongs there. */
    public void says(String newText) {
        text = newText;
    }

    /** What it was asked, in order. */
    public List<RawRequest> requests() {
        return requests;
    }

    /** How many logins there were. */
    public int logins() {
        return logins.get();
    }

    private void serve(RawConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            requests.add(request.get());
            answer(connection, request.get());
        }
    }

    private void answer(RawConnection connection, RawRequest request) throws IOException {
        if (status != 0) {
            connection.answer(status, "application/json", "{\"errors\":[]}");
        } else if (request.method().equals("POST")) {
            login(connection, request);
        } else if (!request.header("X-Vault-Token").orElse("").equals(token)) {
            connection.answer(403, "application/json", "{\"errors\":[\"permission denied\"]}");
        } else {
            String secret = secrets.get(request.target().substring("/v1/".length()));
            int found = secret == null || secret.equals("null") ? 404 : 200;
            String body =
                    "{\"request_id\":\"r\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":{\"data\":"
                            + secret + ",\"metadata\":{\"created_time\":\"2026-11-21T12:00:00Z\",\"version\":1}}}";
            connection.answer(text.isEmpty() ? found : 200, "application/json", text.isEmpty() ? body : text);
        }
    }

    private void login(RawConnection connection, RawRequest request) throws IOException {
        if (!request.target().equals("/v1/auth/approle/login")
                || !request.text().equals("{\"role_id\":\"gateway\",\"secret_id\":\"role-secret\"}")) {
            connection.answer(400, "application/json", "{\"errors\":[\"invalid role or secret ID\"]}");
            return;
        }
        token = "session-" + logins.incrementAndGet();
        connection.answer(
                200,
                "application/json",
                "{\"auth\":{\"client_token\":\"" + token + "\",\"lease_duration\":" + leaseSeconds
                        + ",\"renewable\":true}}");
    }

    @Override
    public void close() {
        server.close();
    }
}
