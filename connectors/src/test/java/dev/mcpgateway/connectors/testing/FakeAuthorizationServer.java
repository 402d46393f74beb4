package dev.mcpgateway.connectors.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * An authorization server whose every word can be changed. It gives codes to whoever is sent to it, holds clients to PKCE,
 * redirect URI and resource, gives each code and refresh token away once, and keeps what it was asked.
 *
 * <pre>{@code
 * try (var server = FakeAuthorizationServer.start()) {
 *   URI back = server.authorize(whereTheBrowserWasSent);
 *   server.say("authorization_response_iss_parameter_supported", "true");
 * }
 * }</pre>
 */
public final class FakeAuthorizationServer implements AutoCloseable {
    private final RawServer server;
    private final Map<String, String> metadata = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> refreshTokens = new ConcurrentHashMap<>();
    private final Map<String, String> accessTokens = new ConcurrentHashMap<>();
    private final Queue<Map<String, String>> tokenRequests = new ConcurrentLinkedQueue<>();
    private final Queue<Map<String, String>> authorizations = new ConcurrentLinkedQueue<>();
    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile Function<Map<String, String>, String> idTokens = _ -> "";
    private volatile Optional<String> iss;
    private volatile String wellKnown = "/.well-known/oauth-authorization-server";
    private volatile int tokenStatus = 200;
    private volatile String tokenError = "";
    private volatile int lifeSeconds = 3600;
    private volatile boolean rotates = true;
    private volatile String registration = ",\"token_endpoint_auth_method\":\"none\"";

    private FakeAuthorizationServer() {
        this.server = RawServer.start(this::serve);
        this.iss = Optional.of(issuer());
        say("issuer", quoted(issuer()));
        say("authorization_endpoint", quoted(issuer() + "/authorize?tenant=1"));
        say("token_endpoint", quoted(issuer() + "/token"));
        say("response_types_supported", "[\"code\"]");
        say("code_challenge_methods_supported", "[\"S256\"]");
        say("token_endpoint_auth_methods_supported", "[\"none\",\"client_secret_basic\"]");
        say("authorization_response_iss_parameter_supported", "true");
    }

    /** Starts on a free loopback port. */
    public static FakeAuthorizationServer start() {
        return new FakeAuthorizationServer();
    }

    /** Its identifier. */
    public String issuer() {
        return "http://127.0.0.1:" + server.port();
    }

    /** A member of its metadata as JSON from now on. */
    public FakeAuthorizationServer say(String member, String json) {
        metadata.put(member, json);
        return this;
    }

    /** Its metadata without that member from now on. */
    public FakeAuthorizationServer withhold(String member) {
        metadata.remove(member);
        return this;
    }

    /** The only path at which its metadata is, from now on. */
    public FakeAuthorizationServer wellKnown(String path) {
        wellKnown = path;
        return this;
    }

    /** The {@code iss} of its answers; empty for none. */
    public FakeAuthorizationServer answerAs(Optional<String> issuer) {
        iss = issuer;
        return this;
    }

    /** How ID tokens are made from the parameters of the authorization request. */
    public FakeAuthorizationServer idTokens(Function<Map<String, String>, String> maker) {
        idTokens = maker;
        return this;
    }

    /** How long tokens live from now on. */
    public FakeAuthorizationServer life(int seconds) {
        lifeSeconds = seconds;
        return this;
    }

    /** From now on the token endpoint answers so; 200 and no error for well. */
    public FakeAuthorizationServer tokens(int status, String error) {
        tokenStatus = status;
        tokenError = error;
        return this;
    }

    /** Whether a renewal gives a new refresh token. */
    public FakeAuthorizationServer rotates(boolean does) {
        rotates = does;
        return this;
    }

    /** What a registration is answered with beside the client id: further members, each with a comma before it. */
    public FakeAuthorizationServer registers(String members) {
        registration = members;
        return this;
    }

    /** The access tokens that are good, with the resource for which each was issued. */
    public Map<String, String> accessTokens() {
        return accessTokens;
    }

    /** What the token endpoint was asked. */
    public List<Map<String, String>> tokenRequests() {
        return List.copyOf(tokenRequests);
    }

    /** What browsers asked. */
    public List<Map<String, String>> authorizations() {
        return List.copyOf(authorizations);
    }

    /** All requests. */
    public List<RawRequest> requests() {
        return List.copyOf(requests);
    }

    /** A browser that was sent here, whose user agrees: where it is sent back to. */
    public URI authorize(URI url) {
        Map<String, String> asked = parameters(url.getRawQuery());
        authorizations.add(asked);
        String code = "code-" + count.incrementAndGet();
        codes.put(code, asked);
        return back(asked, "code=" + code);
    }

    /** The same, whose user says no. */
    public URI deny(URI url) {
        Map<String, String> asked = parameters(url.getRawQuery());
        return back(asked, "error=access_denied");
    }

    private URI back(Map<String, String> asked, String answer) {
        return URI.create(asked.get("redirect_uri") + "?" + answer + "&state=" + asked.get("state")
                + iss.map(issuer -> "&iss=" + URLEncoder.encode(issuer, StandardCharsets.UTF_8))
                        .orElse(""));
    }

    private void serve(RawConnection connection) throws Exception {
        for (Optional<RawRequest> each = connection.readRequest(); each.isPresent(); each = connection.readRequest()) {
            RawRequest request = each.get();
            requests.add(request);
            if (request.target().equals(wellKnown)) {
                StringBuilder json = new StringBuilder();
                metadata.forEach((name, value) -> json.append(json.isEmpty() ? "{" : ",")
                        .append(quoted(name))
                        .append(":")
                        .append(value));
                connection.answer(200, "application/json", json + "}");
            } else if (request.target().equals("/token")) {
                token(connection, request);
            } else if (request.target().equals("/register")) {
                connection.answer(
                        201,
                        "application/json",
                        "{\"client_id\":\"registered-" + count.incrementAndGet() + "\"" + registration + "}");
            } else {
                connection.answer(404, "application/json", "{}");
            }
        }
    }

    private void token(RawConnection connection, RawRequest request) throws Exception {
        Map<String, String> form = parameters(request.text());
        tokenRequests.add(form);
        if (tokenStatus != 200) {
            connection.answer(tokenStatus, "application/json", "{\"error\":" + quoted(tokenError) + "}");
            return;
        }
        boolean isCode = form.getOrDefault("grant_type", "").equals("authorization_code");
        Map<String, String> asked = isCode
                ? codes.remove(form.getOrDefault("code", ""))
                : refreshTokens.remove(form.getOrDefault("refresh_token", ""));
        if (asked == null || (isCode && !isProved(asked, form))) {
            connection.answer(400, "application/json", "{\"error\":\"invalid_grant\"}");
            return;
        }
        int number = count.incrementAndGet();
        accessTokens.put("access-" + number, asked.getOrDefault("resource", ""));
        String refresh = isCode || rotates ? "refresh-" + number : form.getOrDefault("refresh_token", "");
        refreshTokens.put(refresh, asked);
        String idToken = isCode ? idTokens.apply(asked) : "";
        connection.answer(
                200,
                "application/json",
                "{\"access_token\":\"access-" + number + "\",\"token_type\":\"Bearer\",\"expires_in\":" + lifeSeconds
                        + (isCode || rotates ? ",\"refresh_token\":\"" + refresh + "\"" : "")
                        + (asked.containsKey("scope") ? ",\"scope\":" + quoted(asked.get("scope")) : "")
                        + (idToken.isEmpty() ? "" : ",\"id_token\":" + quoted(idToken)) + "}");
    }

    private static boolean isProved(Map<String, String> asked, Map<String, String> form) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256")
                .digest(form.getOrDefault("code_verifier", "").getBytes(StandardCharsets.US_ASCII));
        return "S256".equals(asked.get("code_challenge_method"))
                && Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(digest)
                        .equals(asked.get("code_challenge"))
                && form.getOrDefault("redirect_uri", "").equals(asked.get("redirect_uri"))
                && form.getOrDefault("resource", "").equals(asked.getOrDefault("resource", ""));
    }

    /** The parameters of a query or form. */
    public static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String each : text.split("&", -1)) {
            String[] pair = each.split("=", 2);
            String before = parameters.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
            if (before != null) {
                throw new AssertionError(pair[0] + " was sent twice");
            }
        }
        return parameters;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public void close() {
        server.close();
    }
}
