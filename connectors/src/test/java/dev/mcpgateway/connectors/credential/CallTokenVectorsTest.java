package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.connectors.wire.UpstreamMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The test vectors for authors of verifiers. They are written by this class, with {@code -Dcalltoken.vectors.write=true},
 * from the code that makes call tokens; what is committed must still be what that code would bind.
 */
class CallTokenVectorsTest {
    private static final Path FILE = Path.of(System.getProperty("basedir", "."))
            .resolve("../samples/src/main/resources/dev/mcpgateway/samples/calltoken/vectors.json");
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String AUDIENCE = "https://crm.example/mcp";
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"refund\","
                    + "\"arguments\":{\"amount\":50.0,\"to\":\"Zoë\",\"lines\":[1,2e0]}}}";
    private static final Principal ALICE =
            new Principal("https://id.example/", "alice", "desk-agent", List.of("planner"), Optional.empty());

    @TempDir
    Path folder;

    /** One case: at {@code at}, this token with this body. */
    private record Case(String name, Instant at, String token, String body, String expected) {}

    private static Envelope envelope(String body) throws Exception {
        return Envelope.read(StrictJson.parse(
                body.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, JsonLimits.DEPTH_DEFAULT)));
    }

    private static CredentialUse use(String body) throws Exception {
        Envelope request = envelope(body);
        String target = request.document().string(UpstreamMessage.target(request));
        return new CredentialUse.Call(ALICE, request, target, "0199-call", "sha256:policy");
    }

    @Test
    void theVectorsAreWhatIsBoundToday() throws Exception {
        if (Boolean.getBoolean("calltoken.vectors.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, written());
        }
        JsonDocument vectors =
                StrictJson.parse(Files.readAllBytes(FILE), JsonLimits.forRequests(1 << 20, JsonLimits.DEPTH_DEFAULT));
        int cases = vectors.at(Name.of("cases"));
        int compared = 0;
        for (int each = vectors.first(cases); each != JsonDocument.NONE; each = vectors.next(cases, each)) {
            String token = vectors.string(vectors.member(each, Name.of("token")));
            String body = vectors.string(vectors.member(each, Name.of("body")));
            String claims =
                    new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), StandardCharsets.UTF_8);
            boolean accepted = vectors.stringEquals(vectors.member(each, Name.of("expected")), Name.of("ACCEPTED"));
            if (accepted && claims.contains("\"method\"")) {
                Optional<ArgumentDigest> digest = ArgumentDigest.of(envelope(body));
                assertThat(digest.map(found -> "\"" + found.claim() + "\":\"" + found.value() + "\"")
                                .orElse(""))
                        .isSubstringOf(claims);
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(5);
        assertThat(vectors.size(cases)).isGreaterThanOrEqualTo(25);
    }

    private CallToken tokens(SigningAlgorithm algorithm, String audience, CallTokenKeys keys) {
        return new CallToken(
                new CallToken.Settings(
                        "https://gw.example", audience, algorithm, CallToken.LIFE_DEFAULT, CallToken.SubjectForm.PLAIN),
                keys,
                TokenSigner.JDK,
                () -> NOW,
                new SecureRandom());
    }

    private static String token(CallToken tokens, CredentialUse use) throws CredentialUnavailable {
        return tokens.issue(use).headers().getFirst().value().substring("Bearer ".length());
    }

    private String written() throws Exception {
        CallTokenKeys keys = CallTokenKeys.open(
                folder.resolve("keys.pem"),
                Set.of(SigningAlgorithm.ES256, SigningAlgorithm.EDDSA),
                new TimeSource(() -> NOW, System::nanoTime),
                new SecureRandom());
        CallTokenKeys others = CallTokenKeys.open(
                folder.resolve("other.pem"),
                Set.of(SigningAlgorithm.ES256),
                new TimeSource(() -> NOW, System::nanoTime),
                new SecureRandom());
        CallToken es256 = tokens(SigningAlgorithm.ES256, AUDIENCE, keys);
        CallToken eddsa = tokens(SigningAlgorithm.EDDSA, AUDIENCE, keys);
        String prompt = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"prompts/get\",\"params\":{\"name\":\"greet\"}}";
        String resource =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///a\"}}";
        String completion = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"completion/complete\",\"params\":{\"ref\":"
                + "{\"type\":\"ref/prompt\",\"name\":\"greet\"},\"argument\":{\"name\":\"topic\",\"value\":\"a\"}}}";
        String large = CALL.replace("50.0", "9007199254740993");
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"initialize\",\"params\":{}}";
        String list = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}";
        CredentialUse session = new CredentialUse.Session(ALICE);

        List<Case> cases = new ArrayList<>();
        cases.add(ok("a call", es256, CALL));
        cases.add(ok("a call, EdDSA", eddsa, CALL));
        cases.add(new Case(
                "other spelling of the same arguments",
                NOW,
                token(es256, use(CALL)),
                CALL.replace("50.0", "5E+1").replace("ë", "\\u00eb").replace(":[1,2e0]", " : [ 1.0, 2 ]"),
                "ACCEPTED"));
        cases.add(ok("a number beyond doubles", es256, large));
        cases.add(ok("a prompt without arguments", es256, prompt));
        cases.add(new Case(
                "absent arguments are empty ones",
                NOW,
                token(es256, use(prompt)),
                prompt.replace("\"greet\"", "\"greet\",\"arguments\":{}"),
                "ACCEPTED"));
        cases.add(ok("a resource", es256, resource));
        cases.add(ok("a completion", es256, completion));
        cases.add(new Case("a session begins", NOW, token(es256, session), initialize, "ACCEPTED"));
        cases.add(new Case("a stream of a session", NOW, token(es256, session), "", "ACCEPTED"));
        cases.add(new Case("the gateway lists", NOW, token(es256, new CredentialUse.Own()), list, "ACCEPTED"));
        cases.add(new Case(
                "seconds late, within the skew", NOW.plusSeconds(63), token(es256, use(CALL)), CALL, "ACCEPTED"));

        cases.add(no("expired", NOW.plusSeconds(66), token(es256, use(CALL)), CALL, "TIME"));
        cases.add(no("from the future", NOW.minusSeconds(60), token(es256, use(CALL)), CALL, "TIME"));
        cases.add(no(
                "for another server",
                NOW,
                token(tokens(SigningAlgorithm.ES256, "https://hr.example/mcp", keys), use(CALL)),
                CALL,
                "ADDRESS"));
        cases.add(no("another tool", NOW, token(es256, use(CALL)), CALL.replace("refund", "delete"), "BINDING"));
        cases.add(no("other arguments", NOW, token(es256, use(CALL)), CALL.replace("50.0", "51.0"), "BINDING"));
        cases.add(no("an argument more", NOW, token(es256, use(CALL)), CALL.replace("[1,", "[1,1,"), "BINDING"));
        cases.add(no("no arguments", NOW, token(es256, use(CALL)), CALL.replaceAll(",\"arguments.*", "}}"), "BINDING"));
        cases.add(no(
                "numbers that one double stands for",
                NOW,
                token(es256, use(CALL.replace("50.0", "9007199254740992"))),
                large,
                "BINDING"));
        cases.add(no(
                "other bytes of a large number",
                NOW,
                token(es256, use(large)),
                large.replace("993,", "993 ,"),
                "BINDING"));
        cases.add(no(
                "an argument twice",
                NOW,
                token(es256, use(CALL)),
                CALL.replace("{\"amount\":50.0", "{\"amount\":5000,\"amount\":50.0"),
                "BINDING"));
        cases.add(no(
                "a name twice",
                NOW,
                token(es256, use(CALL)),
                CALL.replace("{\"name\"", "{\"name\":\"x\",\"name\""),
                "BINDING"));
        cases.add(no("a batch", NOW, token(es256, use(CALL)), "[" + CALL + "]", "BINDING"));
        cases.add(no("a prompt with a completion's token", NOW, token(es256, use(completion)), prompt, "BINDING"));
        cases.add(no("a call with a session's token", NOW, token(es256, session), CALL, "BINDING"));
        cases.add(
                no("a call with the gateway's own token", NOW, token(es256, new CredentialUse.Own()), CALL, "BINDING"));
        cases.add(no("a session with a call's token", NOW, token(es256, use(CALL)), initialize, "BINDING"));
        cases.add(no("a list with a call's token", NOW, token(es256, use(CALL)), list, "BINDING"));
        cases.add(no(
                "another gateway's key",
                NOW,
                token(tokens(SigningAlgorithm.ES256, AUDIENCE, others), use(CALL)),
                CALL,
                "SIGNATURE"));
        String good = token(es256, use(CALL));
        cases.add(no("alg none", NOW, header(good, "ES256", "none"), CALL, "HEADER"));
        cases.add(no("alg HS256", NOW, header(good, "ES256", "HS256"), CALL, "HEADER"));
        cases.add(no("alg EdDSA with the key of ES256", NOW, header(good, "ES256", "EdDSA"), CALL, "HEADER"));
        cases.add(no("an ID token's type", NOW, header(good, "at+jwt", "JWT"), CALL, "HEADER"));
        cases.add(no("no signature", NOW, good.substring(0, good.lastIndexOf('.') + 1), CALL, "SIGNATURE"));
        cases.add(no("two parts", NOW, good.substring(0, good.lastIndexOf('.')), CALL, "FORM"));
        cases.add(no("changed claims", NOW, claims(good, "alice", "admin"), CALL, "SIGNATURE"));
        cases.add(no("padding", NOW, good + "=", CALL, "FORM"));
        return json(keys.jwks(), cases);
    }

    private static Case ok(String name, CallToken tokens, String body) throws Exception {
        return new Case(name, NOW, token(tokens, use(body)), body, "ACCEPTED");
    }

    private static Case no(String name, Instant at, String token, String body, String step) {
        return new Case(name, at, token, body, step);
    }

    private static String header(String token, String from, String to) {
        return part(token, 0, from, to);
    }

    private static String claims(String token, String from, String to) {
        return part(token, 1, from, to);
    }

    private static String part(String token, int index, String from, String to) {
        String[] parts = token.split("\\.", -1);
        String text = new String(Base64.getUrlDecoder().decode(parts[index]), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        parts[index] = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.replace(from, to).getBytes(StandardCharsets.UTF_8));
        return String.join(".", parts);
    }

    private static String json(String jwks, List<Case> cases) {
        StringBuilder json = new StringBuilder("{\n\"issuer\": \"https://gw.example\",\n\"audience\": \"" + AUDIENCE
                + "\",\n\"jwks\": " + jwks + ",\n\"cases\": [\n");
        for (Case each : cases) {
            json.append(each.equals(cases.getFirst()) ? "" : ",\n")
                    .append("{\"name\": ")
                    .append(text(each.name()))
                    .append(", \"at\": ")
                    .append(each.at().getEpochSecond())
                    .append(", \"expected\": ")
                    .append(text(each.expected()))
                    .append(",\n \"token\": ")
                    .append(text(each.token()))
                    .append(",\n \"body\": ")
                    .append(text(each.body()))
                    .append("}");
        }
        return json.append("\n]}\n").toString();
    }

    private static String text(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
