package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.http.Exchange;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The few pages that a user sees. Plain text in plain markup: no script, no style, nothing loaded, no frame around them.
 * What failed is never told: all failures read the same.
 */
final class ConsentPages {
    private static final String POLICY =
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private ConsentPages() {}

    static void failed(Exchange exchange, int status) {
        write(
                exchange,
                status,
                "This did not work",
                "<p>Nothing was changed. Go back to where you began and try again: your agent will give you a new link.</p>");
    }

    static void denied(Exchange exchange) {
        write(exchange, 200, "Nothing was allowed", "<p>Nothing was changed. You can close this page.</p>");
    }

    static void granted(Exchange exchange, Owner owner) {
        write(
                exchange,
                200,
                "Done",
                "<p>The gateway may now use <b>" + escaped(owner.upstream())
                        + "</b> for you. You can close this page and go back to your agent.</p><p>"
                        + revocation(owner.issuer(), "See what you have allowed, and take it back") + "</p>");
    }

    private static String revocation(String issuer, String text) {
        return "<a href=\"" + OwnConsents.REVOKE + "?iss=" + escaped(URLEncoder.encode(issuer, StandardCharsets.UTF_8))
                + "\">" + escaped(text) + "</a>";
    }

    /** Asks where the user logs in. */
    static void chooseIssuer(Exchange exchange, Collection<String> issuers) {
        StringBuilder body = new StringBuilder("<p>Log in where your agent does:</p><ul>");
        issuers.stream()
                .sorted()
                .forEach(each ->
                        body.append("<li>").append(revocation(each, each)).append("</li>"));
        write(exchange, 200, "What you have allowed", body.append("</ul>").toString());
    }

    /**
     * Lists what a user has agreed to.
     *
     * @param says what has just been done; empty for nothing
     * @param token the secret of the form; not needed for an empty list
     */
    static void own(Exchange exchange, List<UserToken> own, String says, String token) {
        StringBuilder body = new StringBuilder();
        if (!says.isEmpty()) {
            body.append("<p>").append(escaped(says)).append("</p>");
        }
        if (own.isEmpty()) {
            write(
                    exchange,
                    200,
                    "What you have allowed",
                    body.append("<p>Nothing. You can close this page.</p>").toString());
            return;
        }
        body.append("<p>Agents use these servers in your name. What you take back is deleted here at once; the server")
                .append(" itself is not told, and may list this gateway among your applications.</p>")
                .append("<form method=\"post\" action=\"" + OwnConsents.REVOKE + "\">")
                .append("<input type=\"hidden\" name=\"visit\" value=\"")
                .append(escaped(token))
                .append("\"><ul>");
        for (UserToken each : own) {
            body.append("<li><b>")
                    .append(escaped(each.owner().upstream()))
                    .append("</b>, by ")
                    .append(escaped(each.server()))
                    .append(each.scopes().isEmpty() ? "" : ": " + escaped(String.join(", ", each.scopes())))
                    .append(", since ")
                    .append(escaped(
                            each.grantedAt().truncatedTo(ChronoUnit.MINUTES).toString()))
                    .append(" <button name=\"upstream\" value=\"")
                    .append(escaped(each.owner().upstream()))
                    .append("\">Take back</button></li>");
        }
        write(
                exchange,
                200,
                "What you have allowed",
                body.append("</ul></form>").toString());
    }

    /** Names what is about to be allowed, to whom, and asks. */
    static void ask(Exchange exchange, String upstream, GrantRequest request, String agent, String token) {
        SortedSet<String> scopes = request.scopes();
        StringBuilder body = new StringBuilder();
        body.append("<p>Your agent");
        if (!agent.isEmpty()) {
            body.append(" <b>").append(escaped(agent)).append("</b>");
        }
        body.append(" wants to use <b>").append(escaped(upstream)).append("</b> in your name.</p>");
        body.append("<p>You will be asked for it by <b>")
                .append(escaped(String.valueOf(request.server().authorization().getAuthority())))
                .append("</b>. What you allow is kept by this gateway and used for your agents' calls to ")
                .append(escaped(upstream))
                .append(" only.</p>");
        if (!scopes.isEmpty()) {
            body.append("<p>It will be asked for:</p><ul>");
            scopes.forEach(scope -> body.append("<li>").append(escaped(scope)).append("</li>"));
            body.append("</ul>");
        }
        body.append("<p>If you did not ask an agent for this just now, do not go on.</p>");
        body.append("<form method=\"post\" action=\"/oauth/approve\">")
                .append("<input type=\"hidden\" name=\"approval\" value=\"")
                .append(escaped(token))
                .append("\"><button name=\"answer\" value=\"yes\">Go on</button> ")
                .append("<button name=\"answer\" value=\"no\">Do not allow</button></form>");
        write(exchange, 200, "Allow the use of " + upstream + "?", body.toString());
    }

    /**
     * Sends the browser on after a form. A page and no redirect: browsers hold a form to the policy's
     * {@code form-action} through all redirects, also those of servers that the gateway does not know.
     */
    static void goOn(Exchange exchange, URI to) {
        exchange.response().getHeaders().put("Refresh", "0; url=" + to);
        write(
                exchange,
                200,
                "One moment",
                "<p><a href=\"" + escaped(to.toString()) + "\" rel=\"noreferrer\">Continue at "
                        + escaped(String.valueOf(to.getAuthority())) + "</a></p>");
    }

    /** Sends a browser on that asked without a form. */
    static void redirect(Exchange exchange, URI to) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        exchange.response().setStatus(302);
        headers.put(HttpHeader.LOCATION, to.toString());
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put(HttpHeader.CONTENT_LENGTH, 0);
        exchange.response().write(true, ByteBuffer.allocate(0), exchange.callback());
    }

    /** The client's description; public, like everything in it. */
    static void document(Exchange exchange, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        HttpFields.Mutable headers = exchange.response().getHeaders();
        exchange.response().setStatus(200);
        headers.put(HttpHeader.CONTENT_TYPE, "application/json");
        headers.put(HttpHeader.CACHE_CONTROL, "public, max-age=300");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put(HttpHeader.CONTENT_LENGTH, bytes.length);
        exchange.response().write(true, ByteBuffer.wrap(bytes), exchange.callback());
    }

    private static void write(Exchange exchange, int status, String title, String body) {
        String html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escaped(title)
                + "</title></head><body><h1>" + escaped(title) + "</h1>" + body + "</body></html>\n";
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        HttpFields.Mutable headers = exchange.response().getHeaders();
        exchange.response().setStatus(status);
        headers.put(HttpHeader.CONTENT_TYPE, "text/html; charset=utf-8");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put("Content-Security-Policy", POLICY);
        // with no-referrer a browser would send the form with "Origin: null", which the edge refuses
        headers.put("Referrer-Policy", "same-origin");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put(HttpHeader.CONTENT_LENGTH, bytes.length);
        exchange.response().write(true, ByteBuffer.wrap(bytes), exchange.callback());
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            boolean plain = Character.isLetterOrDigit(c) || " .,:;/_-+()@~?!".indexOf(c) >= 0;
            if (plain && c < 0x80) {
                safe.appendCodePoint(c);
            } else {
                // bidirectional and invisible characters are shown for what they are
                boolean hidden = Character.getType(c) == Character.FORMAT || Character.isISOControl(c);
                safe.append(hidden ? "\\u" + Integer.toHexString(c) : "&#" + c + ";");
            }
        });
        return safe.toString();
    }
}
