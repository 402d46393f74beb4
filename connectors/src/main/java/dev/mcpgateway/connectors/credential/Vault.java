package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.StoredSecret.Answer;
import dev.mcpgateway.connectors.credential.StoredSecret.Keeping;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A HashiCorp Vault or OpenBao server, of which secrets of the KV version 2 engine are read over HTTP. Asked through the
 * guarded client: never redirected (ask the active node, or one that forwards), bounded in bytes and time. Its words reach
 * no log.
 */
public final class Vault {
    private static final int ANSWER_BYTES_MAX = 256 * 1024;
    private static final int DEPTH_MAX = 16;
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,15}");
    private static final Name DATA = Name.of("data");
    private static final Name AUTH = Name.of("auth");
    private static final Name CLIENT_TOKEN = Name.of("client_token");
    private static final Name LEASE_DURATION = Name.of("lease_duration");

    private static final Answer FORBIDDEN = new Answer.Gone("the vault answers with status 403");

    private final HttpTransport transport;
    private final Settings settings;
    private final TimeSource time;
    private final ReentrantLock loggingIn = new ReentrantLock();
    private volatile @Nullable Session session;

    /**
     * How the server is used.
     *
     * @param namespace value of {@code X-Vault-Namespace}; empty for none
     * @param login how the gateway proves who it is
     * @param fresh how long a secret is used before it is read again
     * @param kept how long the last good value is used while the server does not answer
     */
    public record Settings(String namespace, VaultLogin login, Duration fresh, Duration kept) {}

    /** A token of a login and when it is to be renewed. */
    private record Session(Secret token, long renewNanos) {}

    /** A server behind this transport. */
    public Vault(HttpTransport transport, Settings settings, TimeSource time) {
        this.transport = transport;
        this.settings = settings;
        this.time = time;
    }

    /** True when {@code path} can be read: segments below {@code /v1/}, such as {@code secret/data/crm}. */
    public static boolean isPath(String path) {
        return PATH.matcher(path).matches()
                && path.contains("/data/")
                && List.of(path.split("/", -1)).stream().noneMatch(segment -> segment.matches("\\.+"));
    }

    /**
     * One key of one secret; nothing is read yet.
     *
     * @param path as {@link #isPath} wants it
     * @throws IllegalArgumentException for another path
     */
    public SecretSource secret(String path, String key) {
        if (!isPath(path)) {
            throw new IllegalArgumentException("not a path of a KV version 2 secret");
        }
        return new StoredSecret(
                "vault secret " + path + " key " + key,
                () -> read(path, key),
                new Keeping(settings.fresh(), settings.kept()),
                time);
    }

    private Answer read(String path, String key) {
        try {
            Secret token = token(false);
            Answer answer = read(path, key, token);
            // a session may have been ended before its time
            return answer.equals(FORBIDDEN) && settings.login() instanceof VaultLogin.AppRole
                    ? read(path, key, token(true))
                    : answer;
        } catch (SecretUnavailable unusable) {
            return new Answer.Silent(String.valueOf(unusable.getMessage()));
        } catch (HttpFault fault) {
            return new Answer.Silent("the vault cannot be asked: " + fault.kind());
        }
    }

    private Answer read(String path, String key, Secret token) throws HttpFault {
        List<HttpHeader> headers = headers();
        headers.add(new HttpHeader("X-Vault-Token", token.expose()));
        try (HttpExchange exchange = transport.send(call("GET", "/v1/" + path, headers, new byte[0]))) {
            return switch (exchange.status()) {
                case 200 -> value(key, exchange.readAll(ANSWER_BYTES_MAX));
                case 403 -> FORBIDDEN;
                case 404 -> new Answer.Gone("the vault answers with status 404");
                default -> new Answer.Silent("the vault answers with status " + exchange.status());
            };
        }
    }

    private static Answer value(String key, byte[] body) {
        try {
            JsonDocument answer = StrictJson.parse(body, JsonLimits.forRequests(ANSWER_BYTES_MAX, DEPTH_MAX));
            int data = answer.at(DATA, DATA);
            if (answer.is(data, Kind.NULL)) {
                return new Answer.Gone("the newest version of the secret is deleted");
            }
            if (!answer.is(data, Kind.OBJECT)) {
                return new Answer.Silent("the vault answers with no secret of KV version 2");
            }
            Map<String, Secret> values = new HashMap<>();
            for (int value = answer.first(data); value != JsonDocument.NONE; value = answer.next(data, value)) {
                if (answer.is(value, Kind.STRING)) {
                    values.put(answer.name(value), Secret.of(answer.string(value)));
                }
            }
            Secret found = values.get(key);
            return found == null || found.expose().isEmpty()
                    ? new Answer.Gone("it has no text under " + key)
                    : new Answer.Found(found, Optional.empty());
        } catch (JsonRefused refused) {
            return new Answer.Silent("the vault answers with no strict JSON");
        }
    }

    private Secret token(boolean anew) throws SecretUnavailable, HttpFault {
        return switch (settings.login()) {
            case VaultLogin.Token(SecretSource source) -> new HeaderSecret("", source).read();
            case VaultLogin.AppRole role -> loggedIn(role, anew);
        };
    }

    private Secret loggedIn(VaultLogin.AppRole role, boolean anew) throws SecretUnavailable, HttpFault {
        loggingIn.lock();
        try {
            Session known = session;
            if (known != null && !anew && time.nanos() - known.renewNanos() < 0) {
                return known.token();
            }
            Session fresh = login(role);
            session = fresh;
            return fresh.token();
        } finally {
            loggingIn.unlock();
        }
    }

    private Session login(VaultLogin.AppRole role) throws SecretUnavailable, HttpFault {
        String body = "{\"role_id\":" + quoted(role.roleId()) + ",\"secret_id\":"
                + quoted(role.secretId().read().expose()) + "}";
        List<HttpHeader> headers = headers();
        headers.add(new HttpHeader("Content-Type", "application/json"));
        HttpCall call =
                call("POST", "/v1/auth/" + role.mount() + "/login", headers, body.getBytes(StandardCharsets.UTF_8));
        try (HttpExchange exchange = transport.send(call)) {
            if (exchange.status() != 200) {
                throw new SecretUnavailable("the vault refuses the login with status " + exchange.status());
            }
            return session(StrictJson.parse(
                    exchange.readAll(ANSWER_BYTES_MAX), JsonLimits.forRequests(ANSWER_BYTES_MAX, DEPTH_MAX)));
        } catch (JsonRefused refused) {
            throw new SecretUnavailable("the vault answers a login with no strict JSON");
        }
    }

    private Session session(JsonDocument answer) throws SecretUnavailable {
        int token = answer.at(AUTH, CLIENT_TOKEN);
        int lease = answer.at(AUTH, LEASE_DURATION);
        if (!answer.is(token, Kind.STRING)
                || !HttpHeader.isFieldValue(answer.string(token))
                || !answer.is(lease, Kind.NUMBER)
                || !answer.raw(lease).matches("[0-9]{1,9}")) {
            throw new SecretUnavailable("the vault answers a login with no token");
        }
        // renewed at two thirds of its life; one without an end is looked at once a day
        long seconds = Long.parseLong(answer.raw(lease));
        Duration life = seconds == 0 ? Duration.ofDays(1) : Duration.ofSeconds(seconds * 2 / 3);
        return new Session(Secret.of(answer.string(token)), time.nanos() + life.toNanos());
    }

    private List<HttpHeader> headers() {
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(new HttpHeader("X-Vault-Request", "true"));
        headers.add(new HttpHeader("Accept", "application/json"));
        if (!settings.namespace().isEmpty()) {
            headers.add(new HttpHeader("X-Vault-Namespace", settings.namespace()));
        }
        return headers;
    }

    private HttpCall call(String method, String target, List<HttpHeader> headers, byte[] body) {
        return new HttpCall(method, target, headers, body, Deadline.after(DEADLINE, time), ANSWER_BYTES_MAX);
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
