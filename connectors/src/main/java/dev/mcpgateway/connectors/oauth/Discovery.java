package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.oauth.OAuthWeb.Answer;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.Revision;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out which authorization server protects an MCP server, and what that one can do. Metadata is believed only of the
 * very issuer or resource that it was asked for (RFC 8414 section 3.3, RFC 9728 section 3.3), so that no server speaks for
 * another (T22).
 */
public final class Discovery {
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final int SERVERS_MAX = 16;
    private static final String SERVER = "/.well-known/oauth-authorization-server";
    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String RESOURCE = "/.well-known/oauth-protected-resource";

    private static final byte[] QUESTION =
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":"
                            + "{\"io.modelcontextprotocol/protocolVersion\":\"" + Revision.NEWEST_MODERN.version()
                            + "\",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"mcp-gateway\",\"version\":\"1\"}"
                            + ",\"io.modelcontextprotocol/clientCapabilities\":{}}}}")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final List<HttpHeader> QUESTION_HEADERS = List.of(
            new HttpHeader("Content-Type", "application/json"),
            new HttpHeader("Accept", "application/json, text/event-stream"),
            new HttpHeader("MCP-Protocol-Version", Revision.NEWEST_MODERN.version()),
            new HttpHeader("Mcp-Method", "tools/list"));

    private final OAuthWeb web;
    private final Map<String, Known> known = new LinkedHashMap<>();

    private record Known(AuthorizationServer server, Instant until) {}

    /** Asks over this. */
    public Discovery(OAuthWeb web) {
        this.web = web;
    }

    /**
     * The metadata of an issuer, at most five minutes old.
     *
     * @throws OAuthFault if there is none, or it cannot be used safely
     */
    public AuthorizationServer server(String issuer) throws OAuthFault {
        Instant now = web.time().now();
        synchronized (known) {
            Known held = known.get(issuer);
            if (held != null && now.isBefore(held.until())) {
                return held.server();
            }
        }
        AuthorizationServer found = ask(issuer);
        synchronized (known) {
            if (known.size() >= SERVERS_MAX) {
                known.clear();
            }
            known.put(issuer, new Known(found, now.plus(FRESH)));
        }
        return found;
    }

    private AuthorizationServer ask(String issuer) throws OAuthFault {
        URI url = OAuthWeb.url(issuer);
        if (url.getRawQuery() != null) {
            throw new OAuthFault("an issuer has no query");
        }
        String path = path(url);
        List<URI> places = path.isEmpty()
                ? List.of(url.resolve(SERVER), url.resolve(OPENID))
                : List.of(url.resolve(SERVER + path), url.resolve(OPENID + path), url.resolve(path + OPENID));
        for (URI place : places) {
            Answer answer = web.get(place);
            if (answer.status() == 200) {
                return server(issuer, Metadata.of(answer.body()));
            }
        }
        throw new OAuthFault("there is no metadata of the authorization server");
    }

    private static AuthorizationServer server(String issuer, JsonDocument document) throws OAuthFault {
        Metadata metadata = new Metadata(document);
        if (!metadata.text("issuer").equals(issuer)) {
            throw new OAuthFault("the metadata is of another issuer");
        }
        if (!metadata.texts("code_challenge_methods_supported").contains("S256")) {
            throw new OAuthFault("the authorization server does not say that it knows PKCE with S256");
        }
        List<String> types = metadata.texts("response_types_supported");
        if (!types.isEmpty() && !types.contains("code")) {
            throw new OAuthFault("the authorization server gives no codes");
        }
        String registration = metadata.text("registration_endpoint");
        List<String> authentication = metadata.texts("token_endpoint_auth_methods_supported");
        return new AuthorizationServer(
                issuer,
                OAuthWeb.url(metadata.text("authorization_endpoint")),
                OAuthWeb.url(metadata.text("token_endpoint")),
                registration.isEmpty() ? Optional.empty() : Optional.of(OAuthWeb.url(registration)),
                metadata.isTrue("authorization_response_iss_parameter_supported"),
                metadata.isTrue("client_id_metadata_document_supported"),
                // RFC 8414 section 2: what is meant where nothing is said
                authentication.isEmpty() ? Set.of(AuthorizationServer.BASIC) : Set.copyOf(authentication),
                Set.copyOf(metadata.texts("scopes_supported")));
    }

    /**
     * What an MCP server says of its protection: where its refusal points to, else at the well-known places.
     *
     * @throws OAuthFault if it says nothing, or nothing about this URL
     */
    public ProtectedResource resource(URI url) throws OAuthFault {
        Challenge challenge = challenge(url);
        if (challenge.resourceMetadata().isPresent()) {
            Answer answer = web.get(OAuthWeb.url(challenge.resourceMetadata().get()));
            if (answer.status() == 200) {
                return resource(url, Metadata.of(answer.body()), challenge);
            }
        }
        String path = path(url);
        List<URI> places = path.isEmpty()
                ? List.of(url.resolve(RESOURCE))
                : List.of(url.resolve(RESOURCE + path), url.resolve(RESOURCE));
        for (URI place : places) {
            Answer answer = web.get(place);
            if (answer.status() == 200) {
                return resource(url, Metadata.of(answer.body()), challenge);
            }
        }
        throw new OAuthFault("the upstream does not say which authorization server it trusts");
    }

    /** How it refuses a question of agents that shows and changes nothing; some refuse no other. */
    private Challenge challenge(URI url) {
        String refusal = refusal(() -> web.post(url, QUESTION_HEADERS, QUESTION));
        return Challenge.of(refusal.isEmpty() ? refusal(() -> web.get(url)) : refusal);
    }

    /** One request without a token. */
    @FunctionalInterface
    private interface Asking {
        Answer ask() throws OAuthFault;
    }

    /** A server that does not refuse a question without a token may answer it with a stream that never ends. */
    private static String refusal(Asking asking) {
        try {
            Answer answer = asking.ask();
            return answer.status() == 401 ? answer.challenge() : "";
        } catch (OAuthFault notRefused) {
            return "";
        }
    }

    private static ProtectedResource resource(URI url, JsonDocument document, Challenge challenge) throws OAuthFault {
        Metadata metadata = new Metadata(document);
        String resource = metadata.text("resource");
        List<String> servers = metadata.texts("authorization_servers");
        if (!covers(resource, url)) {
            throw new OAuthFault("the metadata is of another resource");
        }
        if (servers.isEmpty()) {
            throw new OAuthFault("the upstream names no authorization server");
        }
        List<String> asked = List.copyOf(challenge.scopes());
        return new ProtectedResource(
                resource,
                servers,
                asked.isEmpty()
                        ? metadata.texts("scopes_supported").stream()
                                .filter(Challenge::isScope)
                                .toList()
                        : asked);
    }

    /** The URL itself, or what it is part of: one origin may protect all its endpoints as one resource. */
    private static boolean covers(String resource, URI url) {
        String asked = url.toString();
        if (resource.equals(asked)) {
            return true;
        }
        try {
            String base = OAuthWeb.url(resource).toString();
            return asked.startsWith(base.endsWith("/") ? base : base + "/");
        } catch (OAuthFault noUrl) {
            return false;
        }
    }

    private static String path(URI url) {
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
