package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.mcpgateway.connectors.testing.FakeAuthorizationServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import dev.mcpgateway.gateway.cli.Commands;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
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

    @Test
    void anAgentThatCannotShowPagesIsToldTheUrlInWords() throws Exception {
        run();

        WireAnswer answer = agent("alice").call("crm__echo", "{}");

        assertThat(answer.refusalCode()).isEqualTo("consent_needed");
        assertThat(answer.firstText()).contains("open http://" + gateway.url().getAuthority() + "/oauth/start?flow=");
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void aLegacyAgentThatKnowsPagesGetsTheErrorThatNamesOne() throws Exception {
        run();
        TestAgent old = agent("alice").declaring(PAGES).initialize("2025-11-25");

        WireAnswer answer = old.call("crm__echo", "{}");
        URI link = URI.create(answer.at("/error/data/elicitations/0/url"));
        TestBrowser browser = new TestBrowser(gateway);
        agree(browser, question(browser, link));

        assertThat(answer.errorCode()).isEqualTo(-32042);
        assertThat(answer.at("/error/data/elicitations/0/mode")).isEqualTo("url");
        assertThat(answer.at("/error/data/elicitations/0/elicitationId")).isNotEmpty();
        assertThat(old.call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
    }

    @Test
    void aLegacyUpstreamGetsTheUsersTokenToo() throws Exception {
        crm.speak(Speaks.LEGACY);
        run();

        consent(alice());

        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
    }

    @Test
    void anotherUserWhoLogsInChangesNothing() throws Exception {
        run();
        loggedIn = "mallory";
        TestBrowser browser = new TestBrowser(gateway);

        assertNothing(question(browser, asked(alice().call("crm__echo", "{}"))));

        assertNoToken();
        assertThat(events()).contains("consent.refused login: another user than the agent's");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void whoSaysNoIsNotAskedTwiceForTheSameCall() throws Exception {
        run();
        TestAgent alice = alice();
        WireAnswer first = alice.call("crm__echo", "{}");
        TestBrowser browser = new TestBrowser(gateway);

        WireAnswer page = browser.submit(question(browser, asked(first)), "no");

        assertThat(page.text()).contains("Nothing was allowed");
        assertThat(again(alice, first, "decline").refusalCode()).isEqualTo("consent_not_given");
        assertThat(asked(again(alice, first, "accept")).toString()).contains("/oauth/start?flow=");
        assertThat(events()).contains("consent.refused the user said no");
        assertNoToken();
    }

    @Test
    void aNoAtTheUpstreamsServerLeavesNothing() throws Exception {
        run();
        TestBrowser browser = new TestBrowser(gateway);
        WireAnswer question = question(browser, asked(alice().call("crm__echo", "{}")));

        assertNothing(browser.open(server.deny(TestBrowser.link(browser.submit(question, "yes")))));

        assertNoToken();
    }

    @Test
    void aLinkIsGoodOnceAndForTenMinutes() throws Exception {
        run();
        URI link = asked(alice().call("crm__echo", "{}"));
        assertThat(asked(alice().call("crm__echo", "{}"))).as("offered again").isEqualTo(link);
        new TestBrowser(gateway).sentTo(link);
        URI next = asked(alice().call("crm__echo", "{}"));

        assertNothing(new TestBrowser(gateway).open(link));
        assertNothing(new TestBrowser(gateway).open(URI.create(link.toString().replaceAll("flow=.*", "flow=guess"))));
        gateway.clock().advance(Duration.ofMinutes(10));
        assertNothing(new TestBrowser(gateway).open(next));
    }

    @Test
    void eachStepIsForTheBrowserThatBegan() throws Exception {
        run();
        TestBrowser browser = new TestBrowser(gateway);
        TestBrowser other = new TestBrowser(gateway);
        other.sentTo(asked(agent("bob").declaring(PAGES).call("crm__echo", "{}")));

        URI afterLogin = idp.authorize(browser.sentTo(asked(alice().call("crm__echo", "{}"))));
        assertNothing(other.open(afterLogin));
        assertNothing(browser.open(afterLogin));

        WireAnswer question = question(browser, asked(alice().call("crm__echo", "{}")));
        assertNothing(other.submit(question, "yes"));
        assertNothing(browser.submit(question, "yes"));

        question = question(browser, asked(alice().call("crm__echo", "{}")));
        URI afterGrant = server.authorize(TestBrowser.link(browser.submit(question, "yes")));
        assertNothing(other.open(afterGrant));
        assertNothing(browser.open(afterGrant));
        assertNoToken();
    }

    @Test
    void anAnswerIsTakenOnce() throws Exception {
        run();
        TestBrowser browser = new TestBrowser(gateway);
        URI afterLogin = idp.authorize(browser.sentTo(asked(alice().call("crm__echo", "{}"))));
        WireAnswer question = browser.open(afterLogin);
        URI afterGrant = server.authorize(TestBrowser.link(browser.submit(question, "yes")));
        browser.open(afterGrant);

        assertNothing(browser.open(afterLogin));
        assertNothing(browser.submit(question, "yes"));
        assertNothing(browser.open(afterGrant));

        assertThat(server.tokenRequests()).hasSize(1);
        assertThat(idp.tokenRequests()).hasSize(1);
    }

    @Test
    void aFormOfAnotherSiteDoesNotAnswer() throws Exception {
        run(plain().section("listen", "{host: 127.0.0.1, port: 0, allowed_origins: [\"https://agents.example\"]}"));
        TestBrowser browser = new TestBrowser(gateway);
        WireAnswer question = question(browser, asked(alice().call("crm__echo", "{}")));
        WireRequest form = browser.form(TestBrowser.approval(question), "yes");

        assertNothing(browser.send(form.with("Origin", "https://agents.example")));
        assertNothing(browser.send(form.with("Sec-Fetch-Site", "cross-site")));
        assertThat(browser.send(form.with("Origin", "https://evil.example")).status())
                .isEqualTo(403);
        assertNothing(browser.send(form.with("Content-Type", "text/plain")));
        assertNothing(browser.send(form.body("answer=yes")));
        assertThat(browser.send(form).status())
                .as("the user's own answer still counts")
                .isEqualTo(200);
    }

    @Test
    void anAnswerOfAnotherServerIsRefused() throws Exception {
        run();
        for (Optional<String> iss : List.of(Optional.<String>empty(), Optional.of("https://evil.example"))) {
            TestBrowser browser = new TestBrowser(gateway);
            server.answerAs(iss);
            WireAnswer question = question(browser, asked(alice().call("crm__echo", "{}")));
            assertNothing(browser.open(server.authorize(TestBrowser.link(browser.submit(question, "yes")))));
            question = question(browser, asked(alice().call("crm__echo", "{}")));
            assertNothing(browser.open(server.deny(TestBrowser.link(browser.submit(question, "yes")))));

            idp.answerAs(iss);
            assertNothing(question(browser, asked(alice().call("crm__echo", "{}"))));
            idp.answerAs(Optional.of(idp.issuer()));
        }

        assertThat(server.tokenRequests()).isEmpty();
        assertNoToken();
        assertThat(events()).contains("consent.refused upstream: the answer is not from the server that was asked");
    }

    /** One thing that is wrong with an ID token. */
    record BadIdToken(String what, Consumer<Map<String, Object>> change) {}

    @Test
    void onlyAnIdTokenForThisLoginSaysWhoItIs() throws Exception {
        run();
        long now = gateway.clock().instant().getEpochSecond();
        for (BadIdToken bad : List.of(
                new BadIdToken("other issuer", claims -> claims.put("iss", "https://evil.example")),
                new BadIdToken("other client", claims -> claims.put("aud", "somebody-else")),
                new BadIdToken("two clients", claims -> claims.put("aud", List.of("gateway-login", "other"))),
                new BadIdToken("other party", claims -> claims.put("azp", "other")),
                new BadIdToken("other nonce", claims -> claims.put("nonce", "replayed")),
                new BadIdToken("no nonce", claims -> claims.remove("nonce")),
                new BadIdToken("expired", claims -> claims.put("exp", now - 60)),
                new BadIdToken("no end", claims -> claims.remove("exp")),
                new BadIdToken("nobody", claims -> claims.remove("sub")))) {
            idTokenChange = bad.change();
            WireAnswer page = question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}")));
            assertThat(page.status()).as(bad.what()).isEqualTo(400);
        }
        idTokenChange = _ -> {};

        idp.idTokens(asked -> issuer.token(gateway.clock().instant(), claims -> {
            claims.put("iss", idp.issuer());
            claims.put("aud", asked.get("client_id"));
            claims.put("nonce", asked.get("nonce"));
        }));
        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));
        TestIssuer strangers = new TestIssuer();
        idp.idTokens(asked -> {
            TestIssuer own = issuer;
            issuer = strangers;
            String forged = idToken(asked);
            issuer = own;
            return forged;
        });
        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));
        idp.idTokens(_ -> "");
        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));
        assertNoToken();
    }

    @Test
    void metadataThatCannotBeTrustedSendsNobodyAnywhere() throws Exception {
        run();
        List<Runnable> lies = List.of(
                () -> server.say("issuer", "\"https://evil.example\""),
                () -> server.say("issuer", "\"" + server.issuer() + "/\""),
                () -> server.say("authorization_endpoint", "\"javascript:alert(1)\""),
                () -> server.say("authorization_endpoint", "\"http://as.example/authorize\""),
                () -> server.say("token_endpoint", "\"file:///etc/passwd\""),
                () -> server.withhold("code_challenge_methods_supported"),
                () -> server.say("code_challenge_methods_supported", "[\"plain\"]"));
        for (Runnable lie : lies) {
            server.say("issuer", "\"" + server.issuer() + "\"")
                    .say("authorization_endpoint", "\"" + server.issuer() + "/authorize\"")
                    .say("token_endpoint", "\"" + server.issuer() + "/token\"")
                    .say("code_challenge_methods_supported", "[\"S256\"]");
            lie.run();
            assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));
        }
        assertNoToken();
    }

    @Test
    void aServerThatAnUpstreamNamesIsNotAskedInThePrivateNetwork() throws Exception {
        run(plain().upstream(
                        "crm", crm, "credential: {user_oauth: {client: {id: gateway-at-crm}, scopes: [crm.read]}}"));

        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));

        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aServerThatTheOperatorNamesIsAskedWithoutAskingTheUpstream() throws Exception {
        server.wellKnown("/.well-known/openid-configuration");
        run(plain().upstream(
                        "crm",
                        crm,
                        "credential: {user_oauth: {client: {id: gateway-at-crm}, authorization_server: \""
                                + server.issuer() + "\"}}"));

        consent(alice());

        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
        assertThat(server.authorizations().getFirst()).doesNotContainKey("scope");
    }

    @Test
    void aGatewayThatIsNoClientRegistersOnceWhereItMay() throws Exception {
        server.say("registration_endpoint", "\"" + server.issuer() + "/register\"");
        run(plain().upstream("crm", crm, "credential: {user_oauth: {register: true, allow_networks: [127.0.0.0/8]}}"));

        consent(alice());
        consent(agent("bob").declaring(PAGES), "bob");

        assertThat(server.requests().stream().filter(each -> each.target().equals("/register")))
                .singleElement()
                .satisfies(each ->
                        assertThat(each.text()).contains("/oauth/callback", "\"token_endpoint_auth_method\":\"none\""));
        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
    }

    @Test
    void aGatewayThatIsNoClientAndMayNotRegisterAsksNobody() throws Exception {
        server.say("registration_endpoint", "\"" + server.issuer() + "/register\"");
        run(plain().upstream("crm", crm, "credential: {user_oauth: {allow_networks: [127.0.0.0/8]}}"));

        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));

        assertThat(server.requests()).noneMatch(each -> each.target().equals("/register"));
    }

    private WireAnswer consent(TestAgent agent, String user) {
        loggedIn = user;
        try {
            return consent(agent);
        } finally {
            loggedIn = "alice";
        }
    }

    /** A server that tells nobody anything without a token, and where its metadata is only in its refusal. */
    private String shy() throws IOException {
        crm.method(
                "tools/list",
                turn -> refuse(turn, ", resource_metadata=\"" + crm.url() + "-about\", scope=\"crm.read\""));
        crm.method("GET", turn -> {
            if (turn.request().target().equals("/mcp-about")) {
                turn.connection()
                        .answer(
                                200,
                                "application/json",
                                "{\"resource\":\"" + crm.url() + "\",\"authorization_servers\":[\"" + server.issuer()
                                        + "\"],\"scopes_supported\":[\"crm.admin\"]}");
            } else {
                turn.connection().answer(404, "text/plain", "");
            }
        });
        Path lists = Files.writeString(
                folder.resolve("crm-lists.json"),
                "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\"}}]}");
        return "lists: {file: \"" + lists + "\"}, allow_networks: [127.0.0.0/8]";
    }

    private static void refuse(ToolTurn turn, String challenge) throws IOException {
        turn.connection()
                .write("HTTP/1.1 401 Scripted\r\nContent-Length: 0\r\nWWW-Authenticate: Bearer realm=\"crm\""
                        + challenge + "\r\n\r\n");
    }

    private TestGateway.Builder shyWith(String oauth) throws IOException {
        return plain().upstream("crm", crm, "era: modern, credential: {user_oauth: {" + shy() + ", " + oauth + "}}");
    }

    @Test
    void aServerThatAnswersNobodyButItsUsersHasItsListsInAFile() throws Exception {
        run(shyWith("client: {id: gateway-at-crm}"));

        String tools = alice().list().text();
        WireAnswer first = alice().call("crm__echo", "{}");
        List<?> heardBefore = crm.requests();
        TestBrowser browser = new TestBrowser(gateway);
        agree(browser, question(browser, asked(first)));

        assertThat(tools).contains("crm__echo");
        assertThat(heardBefore)
                .as("what the upstream hears before a user agrees")
                .isEmpty();
        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
        assertThat(server.authorizations().getFirst())
                .as("its refusal says more than its metadata")
                .containsEntry("scope", "crm.read");
        assertThat(crm.requests("tools/list"))
                .allSatisfy(each -> assertThat(each.header("Authorization")).isEmpty());
    }

    @Test
    void aRefreshTokenIsAskedForWhereTheServerWantsThatAndTheOperatorSaysNothing() throws Exception {
        server.say("scopes_supported", "[\"crm.read\",\"offline_access\"]");
        run(shyWith("client: {id: gateway-at-crm}"));

        consent(alice());

        assertThat(server.authorizations().getFirst())
                .containsEntry("scope", "crm.read offline_access")
                .containsEntry("prompt", "consent");
        gateway.close();
        run(shyWith("client: {id: gateway-at-crm}, scopes: [crm.write]"));
        consent(agent("bob").declaring(PAGES), "bob");
        assertThat(server.authorizations().getLast())
                .containsEntry("scope", "crm.write")
                .doesNotContainKey("prompt");
    }

    @Test
    void aSecretThatARegistrationMakesIsUsedAndStandsInNoFileInClear() throws Exception {
        server.say("registration_endpoint", "\"" + server.issuer() + "/register\"")
                .say("token_endpoint_auth_methods_supported", "[\"client_secret_basic\"]")
                .registers(",\"client_secret\":\"s3cret-canary\"")
                .life(400);
        String oauth = "credential: {user_oauth: {register: true, allow_networks: [127.0.0.0/8]}}";
        run(plain().upstream("crm", crm, oauth));
        consent(alice());
        gateway.close();

        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain("s3cret-canary");
            }
        }
        gateway = plainAgain().upstream("crm", crm, oauth).start();
        gateway.clock().advance(Duration.ofSeconds(301));
        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
        List<RawRequest> asked = server.requests().stream()
                .filter(each -> each.target().equals("/token"))
                .toList();
        assertThat(asked).hasSize(2).allSatisfy(each -> {
            assertThat(basic(each)).matches("registered-[0-9]+:s3cret-canary");
            assertThat(each.text()).doesNotContain("s3cret-canary", "client_id");
        });
        assertThat(server.requests().stream().filter(each -> each.target().equals("/register")))
                .singleElement()
                .satisfies(each -> assertThat(each.text())
                        .contains("\"token_endpoint_auth_method\":\"client_secret_basic\"")
                        .contains("\"application_type\":\"native\""));
    }

    private static String basic(RawRequest request) {
        String sent = request.header("Authorization").orElseThrow().replace("Basic ", "");
        return new String(Base64.getDecoder().decode(sent), StandardCharsets.UTF_8);
    }

    @Test
    void aRegistrationWhoseSecretHasEndedIsMadeAnew() throws Exception {
        run(plain().upstream("crm", crm, "credential: {user_oauth: {register: true, allow_networks: [127.0.0.0/8]}}"));
        server.say("registration_endpoint", "\"" + server.issuer() + "/register\"")
                .say("token_endpoint_auth_methods_supported", "[\"client_secret_post\"]")
                .registers(",\"client_secret\":\"s\",\"client_secret_expires_at\":"
                        + (gateway.clock().instant().getEpochSecond() + 60));
        consent(alice());
        consent(agent("bob").declaring(PAGES), "bob");
        gateway.clock().advance(Duration.ofSeconds(61));
        consent(agent("carol").declaring(PAGES), "carol");

        assertThat(server.requests().stream().filter(each -> each.target().equals("/register")))
                .hasSize(2);
        assertThat(server.tokenRequests()).allSatisfy(each -> assertThat(each).containsEntry("client_secret", "s"));
    }

    @Test
    void aKindOfClientThatTheGatewayIsNotIsNotTaken() throws Exception {
        run(plain().upstream("crm", crm, "credential: {user_oauth: {register: true, allow_networks: [127.0.0.0/8]}}"));
        server.say("registration_endpoint", "\"" + server.issuer() + "/register\"");
        for (String members : List.of(
                ",\"token_endpoint_auth_method\":\"private_key_jwt\"",
                ",\"token_endpoint_auth_method\":\"client_secret_basic\"",
                ",\"client_secret\":\"tab\\there\",\"token_endpoint_auth_method\":\"client_secret_post\"")) {
            server.registers(members);
            assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));
        }
        assertThat(server.authorizations()).isEmpty();
    }

    private String secretClient(String issuer) throws IOException {
        Path secret = Files.writeString(folder.resolve("crm.secret"), "s3cret-canary");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        return "client: {id: gateway-at-crm, issuer: \"" + issuer + "\", secret: {file: \"" + secret + "\"}}";
    }

    @Test
    void aSecretIsPostedWhereTheServerTakesItNoOtherWay() throws Exception {
        server.say("token_endpoint_auth_methods_supported", "[\"client_secret_post\"]")
                .life(400);
        run(shyWith(secretClient(server.issuer())));

        consent(alice());
        gateway.clock().advance(Duration.ofSeconds(301));
        alice().call("crm__echo", "{}");

        assertThat(server.tokenRequests())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each)
                        .containsEntry("client_id", "gateway-at-crm")
                        .containsEntry("client_secret", "s3cret-canary"));
        assertThat(server.requests())
                .allSatisfy(each -> assertThat(each.header("Authorization")).isEmpty());
    }

    @Test
    void aSecretIsNotToldToAServerThatTheUpstreamNamesInstead() throws Exception {
        run(shyWith(secretClient("https://as.example")));

        assertNothing(question(new TestBrowser(gateway), asked(alice().call("crm__echo", "{}"))));

        assertThat(server.authorizations()).isEmpty();
        assertThat(server.tokenRequests()).isEmpty();
        assertThat(events())
                .contains("consent.refused upstream: the upstream names another authorization server than the one that"
                        + " knows the client");
    }

    @Test
    void usersHaveTheirOwnTokensAndNoOneElses() throws Exception {
        run();

        consent(alice());
        WireAnswer bobs = agent("bob").declaring(PAGES).call("crm__echo", "{}");
        consent(agent("bob").declaring(PAGES), "bob");

        assertThat(asked(bobs).toString()).contains("/oauth/start");
        String alices = alice().call("crm__echo", "{}").firstText();
        String theirs = agent("bob").call("crm__echo", "{}").firstText();
        assertThat(alices).startsWith("Bearer access-").isNotEqualTo(theirs);
        assertThat(theirs).startsWith("Bearer access-");
        assertThat(alice().call("crm__echo", "{}").firstText()).isEqualTo(alices);
    }

    @Test
    void aTokenIsRenewedAheadAndItsRefreshTokenRotates() throws Exception {
        server.life(400);
        run();
        consent(alice());
        String first = alice().call("crm__echo", "{}").firstText();

        gateway.clock().advance(Duration.ofSeconds(301));
        String second = alice().call("crm__echo", "{}").firstText();
        gateway.clock().advance(Duration.ofSeconds(301));
        String third = alice().call("crm__echo", "{}").firstText();

        assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
        assertThat(server.tokenRequests().stream().map(each -> each.get("grant_type")))
                .containsExactly("authorization_code", "refresh_token", "refresh_token");
        assertThat(server.tokenRequests().get(2))
                .containsEntry("resource", crm.url().toString())
                .doesNotContainEntry(
                        "refresh_token", server.tokenRequests().get(1).get("refresh_token"));
    }

    @Test
    void callsAtTheSameMomentRenewATokenOnce() throws Exception {
        server.life(400);
        run();
        consent(alice());
        gateway.clock().advance(Duration.ofSeconds(401));

        Set<String> answers = ConcurrentHashMap.newKeySet();
        try (var agents = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                agents.execute(() -> answers.add(alice().call("crm__echo", "{}").firstText()));
            }
        }

        assertThat(answers).singleElement().asString().startsWith("Bearer access-");
        assertThat(server.tokenRequests()).hasSize(2);
    }

    @Test
    void anOutageOfTheServerEndsATokenOnlyWithItsLife() throws Exception {
        server.life(400);
        run();
        consent(alice());
        String token = alice().call("crm__echo", "{}").firstText();
        server.tokens(503, "");

        gateway.clock().advance(Duration.ofSeconds(301));
        assertThat(alice().call("crm__echo", "{}").firstText()).isEqualTo(token);
        gateway.clock().advance(Duration.ofSeconds(95));
        assertThat(alice().call("crm__echo", "{}").refusalCode()).isEqualTo("credential_unavailable");
        server.tokens(200, "");
        gateway.clock().advance(Duration.ofSeconds(3));

        assertThat(alice().call("crm__echo", "{}").firstText())
                .startsWith("Bearer access-")
                .isNotEqualTo(token);
    }

    @Test
    void aGrantThatHasEndedAtItsServerIsAskedForAnew() throws Exception {
        server.life(400);
        run();
        consent(alice());
        server.tokens(400, "invalid_grant");

        gateway.clock().advance(Duration.ofSeconds(301));

        assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start");
        server.tokens(200, "");
        assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start");
    }

    @Test
    void aTokenThatTheUpstreamRefusesIsRenewedOnceAndThenDropped() throws Exception {
        run();
        consent(alice());
        String first = alice().call("crm__echo", "{}").firstText();

        server.accessTokens().clear();
        String second = alice().call("crm__echo", "{}").firstText();
        challenge = ", error=\"invalid_token\"";
        crm.clearRequests();
        WireAnswer third = alice().call("crm__echo", "{}");

        assertThat(second).startsWith("Bearer access-").isNotEqualTo(first);
        assertThat(asked(third).toString()).contains("/oauth/start");
        assertThat(crm.requests("tools/call")).hasSize(2);
    }

    @Test
    void anUpstreamThatWantsMoreScopesHasTheUserAskedForAllOfThem() throws Exception {
        run();
        consent(alice());
        challengeStatus = 403;
        challenge = ", error=\"insufficient_scope\", scope=\"crm.write crm.read\"";

        URI link = asked(alice().call("crm__echo", "{}"));
        challenge = "";
        TestBrowser browser = new TestBrowser(gateway);
        agree(browser, question(browser, link));
        challenge = ", error=\"insufficient_scope\", scope=\"crm.write\"";
        WireAnswer still = alice().call("crm__echo", "{}");

        assertThat(server.authorizations().getLast()).containsEntry("scope", "crm.read crm.write");
        assertThat(still.refusalCode()).as("asking has not helped").isEqualTo("upstream_down");
        for (int i = 0; i < 3; i++) {
            challenge = ", error=\"insufficient_scope\", scope=\"more-" + i + "\"";
            alice().call("crm__echo", "{}");
        }
        assertThat(alice().call("crm__echo", "{}").refusalCode())
                .as("not for ever")
                .isEqualTo("upstream_down");
    }

    @Test
    void tokensSurviveARestartAndStandInNoFileInClear() throws Exception {
        run();
        consent(alice());
        String token = alice().call("crm__echo", "{}").firstText();
        gateway.close();

        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(text).as("%s", file).doesNotContain("access-", "refresh-", "alice");
            }
        }
        gateway = plainAgain().start();
        assertThat(alice().call("crm__echo", "{}").firstText()).isEqualTo(token);
    }

    /** The same gateway with the issuer's keys of before. */
    private TestGateway.Builder plainAgain() {
        TestGateway.Builder builder = plain();
        issuer = builder.issuer();
        return builder;
    }

    @Test
    void aTokenDoesNotFollowItsAliasToAnotherServer() throws Exception {
        run();
        consent(alice());
        gateway.close();
        try (FakeMcpServer thief = FakeMcpServer.start(Speaks.MODERN)
                .tool(
                        "echo",
                        turn -> turn.result(ToolScript.textResult(
                                "got " + turn.request().header("Authorization").orElse("nothing"))))) {
            TestGateway.Builder moved =
                    plainAgain().upstream("crm", thief, "credential: {user_oauth: {" + oauth() + "}}");
            gateway = moved.start();

            assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start");
            assertThat(thief.requests("tools/call")).isEmpty();
        }
    }

    @Test
    void aStoppedUserLosesTheTokensAndCannotGoOnWithAConsent() throws Exception {
        run(plain().operator());
        consent(alice());
        URI link = asked(agent("bob").declaring(PAGES).call("crm__echo", "{}"));

        gateway.operate(
                "POST", "/kill", "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\",\"reason\":\"x\"}");
        gateway.operate("POST", "/kill", "{\"kind\":\"user\",\"value\":\"bob\",\"reason\":\"x\"}");

        assertNothing(new TestBrowser(gateway).open(link));
        assertThat(gateway.operate("GET", "/user-tokens", "")
                        .json()
                        .path("tokens")
                        .size())
                .isZero();
        assertThat(events()).contains("consent.revoked the user is stopped");
    }

    @Test
    void anOperatorSeesWhoAgreedAndTakesItBack() throws Exception {
        run(plain().operator());
        consent(alice());
        consent(agent("bob").declaring(PAGES), "bob");

        WireAnswer list = gateway.operate("GET", "/user-tokens", "");
        WireAnswer revoked = gateway.operate(
                "DELETE",
                "/user-tokens",
                "{\"issuer\":\"corp\",\"subject\":\"alice\",\"upstream\":\"crm\",\"reason\":\"left\"}");

        assertThat(list.json().path("tokens").size()).isEqualTo(2);
        assertThat(list.at("/tokens/0/subject")).isEqualTo("alice");
        assertThat(list.text()).doesNotContain("access-", "refresh-");
        assertThat(revoked.at("/revoked")).isEqualTo("1");
        assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start");
        assertThat(agent("bob").call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
        assertThat(events()).contains("consent.revoked left");
        assertThat(gateway.admin("/user-tokens").status()).isEqualTo(401);
        assertThat(gateway.operate("DELETE", "/user-tokens", "{\"reason\":\"all\"}")
                        .status())
                .isEqualTo(400);
    }

    private static final URI REVOKE = URI.create("/oauth/revoke");

    /** Logs in and sees the list of own consents. */
    private WireAnswer own(TestBrowser browser, String user) {
        String before = loggedIn;
        loggedIn = user;
        try {
            return browser.open(idp.authorize(browser.sentTo(REVOKE)));
        } finally {
            loggedIn = before;
        }
    }

    /** A second upstream, at the same server. */
    private TestGateway.Builder withWiki() {
        return plain().upstream("wiki", crm, "credential: {user_oauth: {" + oauth() + "}}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, wiki__*]"));
    }

    private void assertAliceIsNotAsked() {
        assertThat(alice().call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
    }

    @Test
    void aUserSeesTheOwnConsentsAndTakesThemBack() throws Exception {
        run();
        WireAnswer done = consent(alice());
        consent(agent("bob").declaring(PAGES), "bob");
        TestBrowser browser = new TestBrowser(gateway);

        WireAnswer list = own(browser, "alice");
        WireAnswer after = browser.takeBack(list, "crm");

        assertThat(done.text()).contains("/oauth/revoke?iss=");
        assertThat(list.text())
                .contains("<b>crm</b>", "crm.read", "Take back")
                .doesNotContain("bob", "alice", "access-", "refresh-");
        assertThat(list.header("Content-Security-Policy").orElse("")).contains("frame-ancestors 'none'");
        assertThat(list.header("Cache-Control")).contains("no-store");
        assertThat(after.text()).contains("uses crm for you no more", "Nothing.");
        assertThat(asked(alice().call("crm__echo", "{}")).toString()).contains("/oauth/start");
        assertThat(agent("bob").call("crm__echo", "{}").firstText()).startsWith("Bearer access-");
        assertThat(events()).contains("consent.revoked the user took it back");
        assertThat(gateway.records().toString()).doesNotContain("alice", "access-");
    }

    @Test
    void whoAllowedNothingSeesNothing() throws Exception {
        run();
        consent(alice());

        WireAnswer bobs = own(new TestBrowser(gateway), "bob");

        assertThat(bobs.text()).contains("Nothing.").doesNotContain("crm", "Take back");
    }

    @Test
    void nobodyTakesBackWhatIsAnotherUsers() throws Exception {
        run(withWiki());
        consent(alice());
        loggedIn = "bob";
        TestBrowser atWiki = new TestBrowser(gateway);
        agree(atWiki, question(atWiki, asked(agent("bob").declaring(PAGES).call("wiki__echo", "{}"))));
        TestBrowser bob = new TestBrowser(gateway);

        WireAnswer list = own(bob, "bob");
        WireAnswer after = bob.takeBack(list, "crm");

        assertThat(list.text()).contains("wiki").doesNotContain("crm.example", "<b>crm</b>");
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.text()).contains("wiki").doesNotContain("no more");
        assertAliceIsNotAsked();
        assertThat(events()).noneMatch(each -> each.startsWith("consent.revoked"));
    }

    @Test
    void whatWasAllowedIsTakenBackByItsUsersBrowserAloneAndOnceAPage() throws Exception {
        run(plain().section("listen", "{host: 127.0.0.1, port: 0, allowed_origins: [\"https://agents.example\"]}"));
        consent(alice());
        TestBrowser other = new TestBrowser(gateway);
        own(other, "alice");
        TestBrowser browser = new TestBrowser(gateway);

        URI afterLogin = idp.authorize(browser.sentTo(REVOKE));
        assertNothing(other.open(afterLogin));
        assertNothing(browser.open(afterLogin));
        String visit = TestBrowser.visit(own(browser, "alice"));
        WireRequest form = browser.takingBack(visit, "crm");
        assertNothing(browser.send(form.with("Origin", "https://agents.example")));
        assertNothing(browser.send(form.with("Sec-Fetch-Site", "cross-site")));
        assertNothing(browser.send(form.body("upstream=crm")));
        assertNothing(browser.send(browser.takingBack("guess", "crm")));
        assertNothing(other.send(form));
        assertNothing(browser.send(form));
        assertAliceIsNotAsked();

        assertThat(browser.takeBack(own(browser, "alice"), "other").status()).isEqualTo(200);
        assertNothing(browser.send(form));
        WireRequest late = browser.takingBack(TestBrowser.visit(own(browser, "alice")), "crm");
        gateway.clock().advance(Duration.ofMinutes(10));
        assertNothing(browser.send(late));
        assertAliceIsNotAsked();
    }

    @Test
    void secretsOfOneKindOfPageAreNoneOfTheOther() throws Exception {
        run(withWiki());
        consent(alice());
        TestBrowser browser = new TestBrowser(gateway);
        String approval = TestBrowser.approval(question(browser, asked(alice().call("wiki__echo", "{}"))));
        String visit = TestBrowser.visit(own(browser, "alice"));

        assertNothing(browser.send(browser.takingBack(approval, "crm")));
        assertNothing(browser.send(browser.form(visit, "yes")));
        assertAliceIsNotAsked();
    }

    @Test
    void aLoginThatDoesNotSayWhoItIsShowsNoConsents() throws Exception {
        run();
        consent(alice());

        idTokenChange = claims -> claims.put("nonce", "replayed");
        assertNothing(own(new TestBrowser(gateway), "alice"));
        idTokenChange = _ -> {};
        TestBrowser browser = new TestBrowser(gateway);
        assertNothing(browser.open(idp.deny(browser.sentTo(REVOKE))));
        idp.answerAs(Optional.of("https://evil.example"));
        assertNothing(own(new TestBrowser(gateway), "alice"));
        assertNothing(new TestBrowser(gateway).open(URI.create("/oauth/revoke?iss=https%3A%2F%2Fevil.example")));
        assertNothing(new TestBrowser(gateway).open(URI.create("/oauth/revoke?iss=a&iss=b")));
        assertNothing(new TestBrowser(gateway).open(URI.create("/oauth/revoke?issuer=" + idp.issuer())));
    }

    @Test
    void whereUsersLogInAtSeveralIssuersTheyChoose() throws Exception {
        run(plain().section(
                        "issuers",
                        "{corp: {issuer: \"" + idp.issuer()
                                + "\", jwks: {file: jwks.json}, login: {client_id: gateway-login}}, other: {issuer: "
                                + "\"https://other.example\", jwks: {file: jwks.json}, login: {client_id: gw}}}"));
        consent(alice());
        TestBrowser browser = new TestBrowser(gateway);

        WireAnswer choice = browser.open(REVOKE);
        URI corp = TestBrowser.link(choice);
        WireAnswer list = browser.open(idp.authorize(browser.sentTo(corp)));

        assertThat(choice.text()).contains(URI.create(idp.issuer()).getAuthority(), "other.example");
        assertThat(list.text()).contains("<b>crm</b>");
    }

    private String command(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
        List<String> all = new ArrayList<>(List.of("user-tokens"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--admin", gateway.gateway().adminUrl(), "--token-file"));
        all.add(folder.resolve("ops.token").toString());
        int code = Commands.run(all.toArray(String[]::new), both, both);
        return code + " " + out.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void theCommandLineListsAndRevokes() throws Exception {
        run(plain().operator());
        consent(alice());

        assertThat(command("list")).startsWith("0 crm  alice of corp  since ").contains("crm.read");
        assertThat(command("revoke", "--reason", "left")).startsWith("2 ").contains("name --subject, --upstream");
        assertThat(command("revoke", "--issuer", "nobodys", "--subject", "alice", "--reason", "left"))
                .startsWith("3 ")
                .contains("issuer must be one of");
        assertThat(command("revoke", "--subject", "alice", "--reason", "left")).isEqualTo("0 forgotten: 1");
        assertThat(command("list")).isEqualTo("0 ");
    }

    @Test
    void listsAreAskedWithNobodysToken() throws Exception {
        run();
        consent(alice());
        alice().call("crm__echo", "{}");

        assertThat(crm.requests("tools/list"))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.header("Authorization")).isEmpty());
    }

    @Test
    void oneAddressCannotTryForEver() throws Exception {
        run();
        URI guess = URI.create("/oauth/callback?state=guess&code=x");

        int status = 400;
        for (int i = 0; i < 61 && status == 400; i++) {
            status = new TestBrowser(gateway).open(guess).status();
        }

        assertThat(status).isEqualTo(429);
        gateway.clock().advance(Duration.ofSeconds(10));
        assertThat(new TestBrowser(gateway).open(guess).status()).isEqualTo(400);
    }

    @Test
    void theClientDocumentSaysWhereCodesMayGo() throws Exception {
        run();

        WireAnswer document = gateway.send(WireRequest.of("GET", "/oauth/client.json")
                .plus("Host", gateway.url().getAuthority()));

        String base = "http://" + gateway.url().getAuthority();
        assertThat(document.at("/client_id")).isEqualTo(base + "/oauth/client.json");
        assertThat(document.at("/redirect_uris/0")).isEqualTo(base + "/oauth/callback");
    }
}
