package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.oauth.OAuthWeb.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Codes and refresh tokens redeemed at token endpoints (OAuth 2.1 section 4.1 and 4.3), each asked once. */
public final class CodeGrant {
    private static final int TOKEN_CHARS_MAX = 16 * 1024;

    /** Longest life that is believed, also of a token that comes without: its refusal will tell when it is over. */
    private static final long LIFE_SECONDS_MAX = Duration.ofDays(365).toSeconds();

    private final OAuthWeb web;

    /** Asks over this. */
    public CodeGrant(OAuthWeb web) {
        this.web = web;
    }

    /**
     * Redeems a code.
     *
     * @param resource what the token is for (RFC 8707); empty where it is for nobody but us
     */
    public TokenAnswer redeem(
            URI endpoint, ClientAuthentication client, String code, URI redirect, Secret verifier, String resource) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirect.toString());
        form.put("code_verifier", verifier.expose());
        return ask(endpoint, client, form, resource);
    }

    /** Renews a token. */
    public TokenAnswer renew(URI endpoint, ClientAuthentication client, Secret refresh, String resource) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refresh.expose());
        return ask(endpoint, client, form, resource);
    }

    private TokenAnswer ask(URI endpoint, ClientAuthentication client, Map<String, String> form, String resource) {
        if (!resource.isEmpty()) {
            form.put("resource", resource);
        }
        Instant now = web.time().now();
        try {
            List<HttpHeader> headers = new ArrayList<>(client.prove(form, now));
            headers.add(new HttpHeader("Content-Type", "application/x-www-form-urlencoded"));
            headers.add(new HttpHeader("Accept", "application/json"));
            String body = form.entrySet().stream()
                    .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                    .collect(Collectors.joining("&"));
            return read(web.post(endpoint, headers, body.getBytes(StandardCharsets.US_ASCII)), now);
        } catch (OAuthFault | CredentialUnavailable failure) {
            return new TokenAnswer.Unavailable(String.valueOf(failure.getMessage()));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static TokenAnswer read(Answer answer, Instant now) throws OAuthFault {
        if (answer.status() >= 500 || answer.status() == 429) {
            return new TokenAnswer.Unavailable("the token endpoint answered with status " + answer.status());
        }
        Metadata said = new Metadata(Metadata.of(answer.body()));
        if (answer.status() != 200) {
            String code = said.text("error");
            return new TokenAnswer.Refused(code.matches("[a-z_]{1,64}") ? code : "");
        }
        String access = said.text("access_token");
        if (!said.text("token_type").equalsIgnoreCase("Bearer") || !isToken(access)) {
            return new TokenAnswer.Unavailable("the token endpoint issued nothing that is a bearer token");
        }
        return new TokenAnswer.Granted(
                Secret.of(access),
                secret(said.text("refresh_token")),
                now.plus(life(said)),
                Challenge.scopes(said.text("scope")),
                secret(said.text("id_token")));
    }

    private static Optional<Secret> secret(String text) {
        return isToken(text) ? Optional.of(Secret.of(text)) : Optional.empty();
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.length() <= TOKEN_CHARS_MAX
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private static Duration life(Metadata said) throws OAuthFault {
        if (!said.has("expires_in")) {
            return Duration.ofSeconds(LIFE_SECONDS_MAX);
        }
        String seconds = said.raw("expires_in");
        if (!seconds.matches("[0-9]{1,12}")) {
            throw new OAuthFault("the token endpoint told no number of seconds in expires_in");
        }
        return Duration.ofSeconds(Math.min(Long.parseLong(seconds), LIFE_SECONDS_MAX));
    }
}
