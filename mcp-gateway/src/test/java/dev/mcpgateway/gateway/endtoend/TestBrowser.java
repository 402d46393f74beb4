package dev.mcpgateway.gateway.endtoend;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser at the pages of a gateway: it keeps the cookie and follows nothing by itself. */
public final class TestBrowser {
    private static final Pattern APPROVAL = Pattern.compile("name=\"approval\" value=\"([A-Za-z0-9_-]+)\"");
    private static final Pattern VISIT = Pattern.compile("name=\"visit\" value=\"([A-Za-z0-9_-]+)\"");
    private static final Pattern LINK = Pattern.compile("<a href=\"([^\"]+)\"");

    private final TestGateway gateway;
    private String cookie = "";

    TestBrowser(TestGateway gateway) {
        this.gateway = gateway;
    }

    /** The cookie as it is sent. */
    public String cookie() {
        return cookie;
    }

    /** Opens a page of the gateway. */
    public WireAnswer open(URI url) {
        String query = url.getRawQuery();
        return send(WireRequest.of("GET", url.getRawPath() + (query == null ? "" : "?" + query)));
    }

    /** Opens a page of the gateway that sends it elsewhere; gives where. */
    public URI sentTo(URI url) {
        WireAnswer answer = open(url);
        if (answer.status() != 302) {
            throw new AssertionError("not sent on: " + answer);
        }
        return URI.create(answer.header("Location").orElseThrow());
    }

    /** Answers the question on that page. */
    public WireAnswer submit(WireAnswer page, String answer) {
        return send(form(approval(page), answer));
    }

    /** The secret of the question's form. */
    public static String approval(WireAnswer page) {
        return hidden(APPROVAL, page);
    }

    private static String hidden(Pattern field, WireAnswer page) {
        Matcher found = field.matcher(page.text());
        if (!found.find()) {
            throw new AssertionError("no form: " + page);
        }
        return found.group(1);
    }

    /** The form as a browser sends it. */
    public WireRequest form(String approval, String answer) {
        return post("/oauth/approve", "approval=" + approval + "&answer=" + answer);
    }

    /** Takes back what was allowed at this upstream, on the page that lists it. */
    public WireAnswer takeBack(WireAnswer page, String upstream) {
        return send(takingBack(visit(page), upstream));
    }

    /** The form of that page as a browser sends it. */
    public WireRequest takingBack(String visit, String upstream) {
        return post("/oauth/revoke", "visit=" + visit + "&upstream=" + upstream);
    }

    /** The secret of that page's form. */
    public static String visit(WireAnswer page) {
        return hidden(VISIT, page);
    }

    private WireRequest post(String path, String body) {
        return WireRequest.of("POST", path)
                .plus("Content-Type", "application/x-www-form-urlencoded")
                .plus("Origin", "http://" + gateway.url().getAuthority())
                .plus("Sec-Fetch-Site", "same-origin")
                .body(body);
    }

    /** The link of the page that sends a browser on after a form. */
    public static URI link(WireAnswer page) {
        Matcher found = LINK.matcher(page.text());
        if (!found.find()) {
            throw new AssertionError("no link: " + page);
        }
        Matcher escaped = Pattern.compile("&#([0-9]+);").matcher(found.group(1));
        return URI.create(escaped.replaceAll(
                each -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(each.group(1))))));
    }

    /** Sends with the cookie, and keeps a new one. */
    public WireAnswer send(WireRequest request) {
        WireRequest whole = request.plus("Host", gateway.url().getAuthority());
        WireAnswer answer = gateway.send(cookie.isEmpty() ? whole : whole.plus("Cookie", cookie));
        answer.header("Set-Cookie").ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
        return answer;
    }
}
