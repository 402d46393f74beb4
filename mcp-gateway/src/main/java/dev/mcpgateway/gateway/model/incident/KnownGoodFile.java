package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.connectors.wire.CanonicalJson;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.model.incident.KnownGood.Pair;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ToolNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EncodedKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The known-good profile as a file that people can read:
 *
 * <pre>{@code
 * {"profile": {"version": 1, "made": TIME, "calls_per_minute": 60,
 *              "guardrails": {"requests": "block", "answers": "block", "user_text": "trusted", "allowed_tools": ["*"]},
 *              "providers": {NAME: URL}, "aliases": {ALIAS: [{"provider": NAME, "model": MODEL}]}},
 *  "signature": BASE64}
 * }</pre>
 *
 * <p>A profile without {@code guardrails}, or without one of its members, has the strictest. The signature is Ed25519 over the line {@code mcp-gateway known-good profile v1}, its LF and the profile in
 * canonical form (RFC 8785), so that white space and the order of members do not matter and nothing else can be taken for it.
 */
public final class KnownGoodFile {
    /** Longest file. */
    static final int BYTES_MAX = 1 << 20;

    private static final JsonLimits LIMITS = JsonLimits.forRequests(BYTES_MAX, 8);
    private static final byte[] CONTEXT = "mcp-gateway known-good profile v1\n".getBytes(StandardCharsets.US_ASCII);
    private static final String USER_TEXT = "user_text";
    private static final String TRUSTED = "trusted";
    private static final String UNTRUSTED = "untrusted";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private KnownGoodFile() {}

    /**
     * The profile, signed.
     *
     * @throws GeneralSecurityException if the key does not sign so
     */
    public static String signed(KnownGood profile, PrivateKey key) throws GeneralSecurityException {
        ObjectNode body = json(profile);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        try {
            signature.update(signedBytes(StrictJson.parse(JSON.writeValueAsBytes(body), LIMITS), JsonDocument.ROOT));
        } catch (JsonRefused | BadProfile tooLarge) {
            throw new GeneralSecurityException("the profile is too large", tooLarge);
        }
        ObjectNode root = JSON.createObjectNode();
        root.set("profile", body);
        root.put("signature", Base64.getEncoder().encodeToString(signature.sign()));
        return JSON.writeValueAsString(root) + "\n";
    }

    private static ObjectNode json(KnownGood profile) {
        ObjectNode body = JSON.createObjectNode();
        body.put("version", 1).put("made", profile.made().toString());
        profile.callsPerMinute().ifPresent(most -> body.put("calls_per_minute", most));
        StrictGuardrails strict = profile.guardrails();
        ObjectNode guardrails = body.putObject("guardrails");
        guardrails.put("requests", word(strict.requests())).put("answers", word(strict.answers()));
        guardrails.put(USER_TEXT, strict.usersAreTrusted() ? TRUSTED : UNTRUSTED);
        ArrayNode tools = guardrails.putArray("allowed_tools");
        strict.tools().forEach(tools::add);
        ObjectNode providers = body.putObject("providers");
        profile.providers().forEach((name, url) -> providers.put(name, url.toString()));
        ObjectNode aliases = body.putObject("aliases");
        profile.aliases().forEach((alias, pairs) -> {
            ArrayNode list = aliases.putArray(alias);
            pairs.forEach(
                    pair -> list.addObject().put("provider", pair.provider()).put("model", pair.model()));
        });
        return body;
    }

    private static String word(ScreenAction action) {
        return action.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a profile that this key vouches for.
     *
     * @throws BadProfile if it is anything else
     */
    public static KnownGood read(Path file, PublicKey key) throws BadProfile {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new BadProfile(file + " is longer than " + BYTES_MAX + " bytes");
            }
            return read(Files.readAllBytes(file), key);
        } catch (IOException unreadable) {
            throw new BadProfile(
                    file + " cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
    }

    static KnownGood read(byte[] text, PublicKey key) throws BadProfile {
        JsonDocument file;
        try {
            file = StrictJson.parse(text, LIMITS);
        } catch (JsonRefused refused) {
            throw new BadProfile("the profile is not strict JSON");
        }
        int profile = file.at(Name.of("profile"));
        int signature = file.at(Name.of("signature"));
        if (!file.is(profile, Kind.OBJECT) || !file.is(signature, Kind.STRING)) {
            throw new BadProfile("the profile has no signature");
        }
        // nothing is read out of it before somebody vouches for it
        if (!isSigned(signedBytes(file, profile), file.string(signature), key)) {
            throw new BadProfile("the signature of the profile is not by its key, or the profile was changed");
        }
        return new Reading(file).profile(profile);
    }

    private static byte[] signedBytes(JsonDocument file, int profile) throws BadProfile {
        byte[] canonical = CanonicalJson.of(file, profile)
                .orElseThrow(() -> new BadProfile("the profile has a number that has no canonical form"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(CONTEXT);
        bytes.writeBytes(canonical);
        return bytes.toByteArray();
    }

    private static boolean isSigned(byte[] signed, String signature, PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return false;
        }
    }

    /**
     * A public key in PEM, as {@code openssl pkey -pubout} writes it.
     *
     * @throws BadProfile if the file has none for Ed25519
     */
    public static PublicKey publicKey(Path file) throws BadProfile {
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(pem(file, "PUBLIC KEY", X509EncodedKeySpec::new));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new BadProfile(file + " is no PEM file with an Ed25519 public key");
        }
    }

    /**
     * A private key in PEM, PKCS #8, as {@code openssl genpkey -algorithm ed25519} writes it.
     *
     * @throws BadProfile if the file has none for Ed25519
     */
    public static PrivateKey privateKey(Path file) throws BadProfile {
        try {
            return KeyFactory.getInstance("Ed25519")
                    .generatePrivate(pem(file, "PRIVATE KEY", PKCS8EncodedKeySpec::new));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new BadProfile(file + " is no PEM file with an Ed25519 private key");
        }
    }

    private interface Spec {
        EncodedKeySpec of(byte[] encoded);
    }

    private static EncodedKeySpec pem(Path file, String kind, Spec spec) throws IOException {
        String text = Files.readString(file);
        String begin = "-----BEGIN " + kind + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + kind + "-----");
        if (from < 0 || to < from) {
            throw new IOException("no " + kind);
        }
        return spec.of(Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to)));
    }

    /** The members of a profile; an unknown one may say what must not be ignored, and is refused. */
    private record Reading(JsonDocument file) {
        KnownGood profile(int node) throws BadProfile {
            Map<String, Integer> members = members(node, "the profile");
            Instant made = made(members.remove("made"));
            if (!"1".equals(raw(members.remove("version")))) {
                throw new BadProfile("the profile is of another version than 1");
            }
            OptionalInt most = mostCalls(members.remove("calls_per_minute"));
            StrictGuardrails guardrails = guardrails(members.remove("guardrails"));
            Map<String, URI> providers = providers(members.remove("providers"));
            Map<String, List<Pair>> aliases = aliases(members.remove("aliases"), providers);
            if (!members.isEmpty()) {
                throw new BadProfile("the profile has members that are not known here: " + members.keySet());
            }
            return new KnownGood(made, most, guardrails, providers, aliases);
        }

        private Map<String, Integer> members(@Nullable Integer node, String what) throws BadProfile {
            if (node == null || !file.is(node, Kind.OBJECT)) {
                throw new BadProfile(what + " is no object");
            }
            Map<String, Integer> members = new LinkedHashMap<>();
            for (int member = file.first(node); member != JsonDocument.NONE; member = file.next(node, member)) {
                members.put(file.name(member), member);
            }
            return members;
        }

        private String raw(@Nullable Integer node) {
            return node == null ? "" : file.raw(node);
        }

        private String text(@Nullable Integer node, String what) throws BadProfile {
            if (node == null || !file.is(node, Kind.STRING) || file.string(node).isEmpty()) {
                throw new BadProfile(what + " is no text");
            }
            return file.string(node);
        }

        private Instant made(@Nullable Integer node) throws BadProfile {
            try {
                return Instant.parse(text(node, "made"));
            } catch (DateTimeException malformed) {
                throw new BadProfile("made is no time");
            }
        }

        private OptionalInt mostCalls(@Nullable Integer node) throws BadProfile {
            String digits = raw(node);
            if (digits.isEmpty()) {
                return OptionalInt.empty();
            }
            if (!digits.matches("[1-9][0-9]{0,5}")) {
                throw new BadProfile("calls_per_minute is no number from 1 to 999999");
            }
            return OptionalInt.of(Integer.parseInt(digits));
        }

        private StrictGuardrails guardrails(@Nullable Integer node) throws BadProfile {
            if (node == null) {
                return StrictGuardrails.STRICTEST;
            }
            Map<String, Integer> members = members(node, "guardrails");
            StrictGuardrails read = new StrictGuardrails(
                    action(members.remove("requests")),
                    action(members.remove("answers")),
                    usersAreTrusted(members.remove(USER_TEXT)),
                    tools(members.remove("allowed_tools")));
            if (!members.isEmpty()) {
                throw new BadProfile("guardrails have members that are not known here: " + members.keySet());
            }
            return read;
        }

        private ScreenAction action(@Nullable Integer node) throws BadProfile {
            if (node == null) {
                return ScreenAction.BLOCK;
            }
            String word = text(node, "an action of guardrails");
            for (ScreenAction action : ScreenAction.values()) {
                if (word(action).equals(word)) {
                    return action;
                }
            }
            throw new BadProfile("'" + word + "' is no action of guardrails");
        }

        private boolean usersAreTrusted(@Nullable Integer node) throws BadProfile {
            String word = node == null ? TRUSTED : text(node, USER_TEXT);
            if (!word.equals(TRUSTED) && !word.equals(UNTRUSTED)) {
                throw new BadProfile(USER_TEXT + " is neither " + TRUSTED + " nor " + UNTRUSTED);
            }
            return word.equals(TRUSTED);
        }

        private List<String> tools(@Nullable Integer node) throws BadProfile {
            if (node == null) {
                return StrictGuardrails.STRICTEST.tools();
            }
            if (!file.is(node, Kind.ARRAY)) {
                throw new BadProfile("allowed_tools is no list");
            }
            List<String> names = new ArrayList<>();
            for (int each = file.first(node); each != JsonDocument.NONE; each = file.next(node, each)) {
                String name = text(each, "a name in allowed_tools");
                if (!ToolNames.isPattern(name) || names.size() == ToolNames.PATTERNS_MAX) {
                    throw new BadProfile("allowed_tools has a name that is none, or too many");
                }
                names.add(name);
            }
            return names;
        }

        private Map<String, URI> providers(@Nullable Integer node) throws BadProfile {
            Map<String, URI> providers = new LinkedHashMap<>();
            for (Map.Entry<String, Integer> each : members(node, "providers").entrySet()) {
                try {
                    providers.put(each.getKey(), URI.create(text(each.getValue(), "the URL of a provider")));
                } catch (IllegalArgumentException malformed) {
                    throw new BadProfile("the URL of provider " + each.getKey() + " is none");
                }
            }
            return providers;
        }

        private Map<String, List<Pair>> aliases(@Nullable Integer node, Map<String, URI> providers) throws BadProfile {
            Map<String, List<Pair>> aliases = new LinkedHashMap<>();
            for (Map.Entry<String, Integer> each : members(node, "aliases").entrySet()) {
                aliases.put(each.getKey(), pairs(each.getKey(), each.getValue(), providers));
            }
            return aliases;
        }

        private List<Pair> pairs(String alias, int node, Map<String, URI> providers) throws BadProfile {
            if (!file.is(node, Kind.ARRAY)) {
                throw new BadProfile("the targets of " + alias + " are no list");
            }
            List<Pair> pairs = new ArrayList<>();
            for (int each = file.first(node); each != JsonDocument.NONE; each = file.next(node, each)) {
                Map<String, Integer> members = members(each, "a target of " + alias);
                Pair pair = new Pair(
                        text(members.remove("provider"), "the provider of a target"),
                        text(members.remove("model"), "the model of a target"));
                if (!members.isEmpty() || !providers.containsKey(pair.provider())) {
                    throw new BadProfile("a target of " + alias + " has no provider of the profile, or more than that");
                }
                pairs.add(pair);
            }
            return pairs;
        }
    }
}
