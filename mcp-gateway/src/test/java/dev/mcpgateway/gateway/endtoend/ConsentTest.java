package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.mcpgateway.connectors.testing.FakeAuthorizationServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A user's own token for an upstream: only by that user's consent, only at that upstream, and for nobody else. */
class ConsentTest {
    private static final String PAGES = "{\"elicitation\":{\"url\":{}}}";

    @TempDir
    Path folder;

    private FakeAuthorizationServer idp;
    private FakeAuthorizationServer server;
    private FakeMcpServer crm;
    private TestGateway gateway;
    private TestIssuer issuer;
    private volatile String loggedIn = "alice";
    private volatile Consumer<Map<String, Object>> idTokenChange = _ -> {};
    private volatile int challengeStatus = 401;
    private volatile String challenge = "";

    @BeforeEach
    void start() {
        idp = FakeAuthorizationServer.start().wellKnown("/.well-known/openid-configuration");
        idp.idTokens(this::idToken);
        server = FakeAuthorizationServer.start();
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", this::echo);
        crm.method("GET", this::metadata);
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        crm.close();
        server.close();
        idp.close();
    }

    private TestGateway.Builder plain() {
        return TestGateway.in(folder)
                .section(
                        "issuers",
                        "{corp: {issuer: \"" + idp.issuer()
                                + "\", jwks: {file: jwks.json}, login: {client_id: gateway-login}}}")
                .upstream("crm", crm, "credential: {user_oauth: {" + oauth() + "}}");
    }

    private String oauth() {
        return "client: {id: gateway-at-crm}, scopes: [crm.read], allow_networks: [127.0.0.0/8]";
    }

    private void run(TestGateway.Builder builder) throws Exception {
        issuer = builder.issuer();
        gateway = builder.start();
    }

    private void run() throws Exception {
        run(plain());
    }

    /** Answers with the token that it got, if the server issued it for this very resource. */
    private void echo(ToolTurn turn) throws IOException {
        String token = turn.request().header("Authorization").orElse("");
        String known = server.accessTokens().get(token.replace("Bearer ", ""));
        if (!challenge.isEmpty() || !crm.url().toString().equals(known)) {
            turn.connection()
                    .write("HTTP/1.1 " + challengeStatus
                            + " Scripted\r\nContent-Length: 0\r\nWWW-Authenticate: Bearer realm=\"crm\"" + challenge
                            + "\r\n\r\n");
            return;
        }
        turn.result(ToolScript.textResult(token));
    }

    private void metadata(ToolTurn turn) throws IOException {
        if (turn.request().target().equals("/.well-known/oauth-protected-resource/mcp")) {
            turn.connection()
                    .answer(
                            200,
                            "application/json",
                            "{\"resource\":\"" + crm.url() + "\",\"authorization_servers\":[\"" + server.issuer()
                                    + "\"]}");
        } else {
            turn.connection().answer(404, "text/plain", "");
        }
    }

    private String idToken(Map<String, String> asked) {
        Map<String, Object> claims = new LinkedHashMap<>();
        long now = gateway.clock().instant().getEpochSecond();
        claims.put("iss", idp.issuer());
        claims.put("aud", asked.get("client_id"));
        claims.put("sub", loggedIn);
        claims.put("nonce", asked.get("nonce"));
        claims.put("iat", now);
        claims.put("exp", now + 300);
        idTokenChange.accept(claims);
        Map<String, Object> header = TestIssuer.header(JWSAlgorithm.ES256, issuer.ec());
        header.put("typ", "JWT");
        return issuer.sign(header, claims);
    }

    private TestAgent agent(String user) {
        return gateway.agent(claims -> {
            claims.put("iss", idp.issuer());
            claims.put("sub", user);
        });
    }

    private TestAgent alice() {
        return agent("alice").declaring(PAGES);
    }

    private static URI asked(WireAnswer answer) {
        JsonNode question = answer.json().at("/result/inputRequests/consent");
        assertThat(question.at("/method").asString("")).as("%s", answer).isEqualTo("elicitation/create");
        assertThat(question.at("/params/mode").asString("")).isEqualTo("url");
        return URI.create(question.at("/params/url").asString(""));
    }

    private static String state(WireAnswer answer) {
        return answer.json().at("/result/requestState").asString("");
    }

    private WireAnswer again(TestAgent agent, WireAnswer asked, String action) {
        return agent.send(agent.callingWith(
                "crm__echo",
                "\"arguments\":{},\"requestState\":\"" + state(asked)
                        + "\",\"inputResponses\":{\"consent\":{\"action\":\"" + action + "\"}}"));
    }

    /** Goes from the link to the question. */
    private WireAnswer question(TestBrowser browser, URI link) {
        return browser.open(idp.authorize(browser.sentTo(link)));
    }

    /** Goes from the question to the end. */
    private WireAnswer agree(TestBrowser browser, WireAnswer question) {
        return browser.open(server.authorize(TestBrowser.link(browser.submit(question, "yes"))));
    }

    private WireAnswer consent(TestAgent agent) {
        TestBrowser browser = new TestBrowser(gateway);
        return agree(browser, question(browser, asked(agent.call("crm__echo", "{}"))));
    }

    private static void assertNothing(WireAnswer page) {
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.text()).contains("This did not work").doesNotContain("crm", "alice", "code");
    }

    private void assertNoToken() {
        assertThat(server.accessTokens()).isEmpty();
        assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start?flow=");
    }

    private List<String> events() {
        return gateway.records().stream()
                .map(each -> (each.text("ev") + " " + each.text("detail.reason")).strip())
                .filter(each -> each.startsWith("consent."))
                .toList();
    }

    @Test
    void aModernAgentsUserAgreesOnceAndTheCallGoesThrough() throws Exception {
        run();
        TestAgent alice = alice();

        WireAnswer first = alice.call("crm__echo", "{}");
        URI link = asked(first);
        TestBrowser browser = new TestBrowser(gateway);
        WireAnswer question = question(browser, link);
        WireAnswer done = agree(browser, question);
        WireAnswer second = again(alice, first, "accept");

        assertThat(link.toString())
                .startsWith("http://" + gateway.url().getAuthority() + "/oauth/start?flow=")
                .doesNotContain("alice");
        assertThat(question.text()).contains("<b>crm</b>", "crm.read", "desk-agent");
        assertThat(question.header("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(question.header("Cache-Control")).contains("no-store");
        assertThat(done.text()).contains("Done");
        assertThat(second.firstText()).startsWith("Bearer access-");
        assertThat(crm.requests("tools/call").getFirst().text()).doesNotContain("consent", "inputResponses");
        assertThat(server.authorizations().getFirst())
                .containsEntry("client_id", "gateway-at-crm")
                .containsEntry("resource", crm.url().toString())
                .containsEntry("scope", "crm.read")
                .containsEntry("tenant", "1");
        assertThat(alice().call("crm__echo", "{}").firstText()).isEqualTo(second.firstText());
        assertThat(events()).containsExactly("consent.started", "consent.granted");
        assertThat(gateway.records().toString()).doesNotContain("alice", "access-", "refresh-");
    }
}
