package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A token of the gateway's own for each request: who calls through which agent, what exactly, permitted by which policy,
 * for one upstream and a minute. A token for a call is good for no other tool and no other arguments; one for a session
 * or a list is good for no call.
 */
public final class CallToken implements UpstreamCredential {
    /** Default life. */
    public static final Duration LIFE_DEFAULT = Duration.ofMinutes(1);

    /** Longest life. */
    public static final Duration LIFE_MAX = Duration.ofMinutes(5);

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** What {@code sub} says of a user. */
    public enum SubjectForm {
        /** The issuer's own name of the user. */
        PLAIN,
        /** A pseudonym, another one at each audience, the same at every call. */
        PAIRWISE
    }

    /**
     * What is the same in all tokens for one upstream.
     *
     * @param issuer who signs: the gateway's URL
     * @param audience the upstream's canonical URI
     * @param life how long a token is good
     */
    public record Settings(
            String issuer, String audience, SigningAlgorithm algorithm, Duration life, SubjectForm subject) {
        /** Checks the life. */
        public Settings {
            if (life.compareTo(LIFE_MAX) > 0 || life.toSeconds() < 1) {
                throw new IllegalArgumentException("a call token lives 1 to " + LIFE_MAX.toSeconds() + " s");
            }
        }
    }

    private final Settings settings;
    private final CallTokenKeys keys;
    private final TokenSigner signer;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** Tokens with ids from {@code random}, which must be cryptographically strong. */
    public CallToken(
            Settings settings, CallTokenKeys keys, TokenSigner signer, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.keys = keys;
        this.signer = signer;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        try {
            String token = keys.signing(settings.algorithm()).jwt("at+jwt", claims(use), signer);
            return new Credential(List.of(new HttpHeader("Authorization", "Bearer " + token)));
        } catch (GeneralSecurityException unusable) {
            throw new CredentialUnavailable("the call token cannot be signed: " + unusable.getMessage());
        }
    }

    private String claims(CredentialUse use) {
        Claims claims = new Claims();
        claims.text("iss", settings.issuer());
        claims.text("aud", settings.audience());
        switch (use) {
            case CredentialUse.Call(Principal who, Envelope request, String target, String callId, String policy) -> {
                principal(claims, who);
                call(claims, request, target);
                claims.text("txn", callId);
                claims.text("policy", policy);
            }
            case CredentialUse.Session(Principal who) -> {
                principal(claims, who);
                claims.text("scope", "mcp:session");
            }
            case CredentialUse.Own _, CredentialUse.Request _, CredentialUse.Model _ -> {
                claims.text("sub", settings.issuer());
                claims.text("client_id", settings.issuer());
                claims.text("scope", "mcp:list");
            }
        }
        long now = clock.instant().getEpochSecond();
        claims.number("iat", now);
        claims.number("exp", now + settings.life().toSeconds());
        claims.id(random);
        return claims.json();
    }

    private void principal(Claims claims, Principal who) {
        claims.text(
                "sub",
                switch (settings.subject()) {
                    case PLAIN -> who.subject();
                    case PAIRWISE -> pairwise(who);
                });
        String agent = who.clientId() == null ? settings.issuer() : who.clientId();
        claims.text("client_id", agent);
        claims.raw("act", act(agent, who.actors()));
    }

    /** The agent, and in it who acted before (RFC 8693 section 4.1). */
    private static String act(String agent, List<String> earlier) {
        StringBuilder act = new StringBuilder("{\"sub\":").append(Claims.quoted(agent));
        for (String actor : earlier) {
            act.append(",\"act\":{\"sub\":").append(Claims.quoted(actor));
        }
        return act.append("}".repeat(earlier.size() + 1)).toString();
    }

    private static void call(Claims claims, Envelope request, String target) {
        String noun = switch (request.method()) {
            case "tools/call" -> "tool";
            case "prompts/get" -> "prompt";
            case "resources/read" -> "resource";
            default ->
                request.document()
                                .string(request.document().member(request.param(McpNames.REF), McpNames.TYPE))
                                .equals("ref/prompt")
                        ? "prompt"
                        : "resource";
        };
        claims.text("scope", "mcp:" + noun + ":" + scopeCharacters(target));
        claims.text("method", request.method());
        claims.text(noun, target);
        Optional<ArgumentDigest> digest = ArgumentDigest.of(request);
        digest.ifPresent(each -> claims.text(each.claim(), each.value()));
    }

    /** A scope has no blanks, quotes and backslashes (RFC 6749 section 3.3): those are percent-encoded. */
    private static String scopeCharacters(String text) {
        StringBuilder scope = new StringBuilder(text.length());
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            boolean good = each > 0x20 && each < 0x7F && each != '"' && each != '\\' && each != '%';
            if (good) {
                scope.append((char) each);
            } else {
                scope.append('%').append(String.format("%02X", each & 0xFF));
            }
        }
        return scope.toString();
    }

    private String pairwise(Principal who) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(keys.pairwise().expose().getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            for (String part : List.of(settings.audience(), who.issuer(), who.subject())) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                mac.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                mac.update(bytes);
            }
            return BASE64.encodeToString(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
