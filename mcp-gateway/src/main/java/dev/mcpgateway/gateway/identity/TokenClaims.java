package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.policy.Subject;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The claims of a token, read strictly from its raw payload: present, of the right JSON type, bounded, clean. */
final class TokenClaims {
    /** Longest identifier in characters. */
    private static final int TEXT_MAX = 256;

    /** Most groups or scopes of one token. */
    private static final int LIST_MAX = 500;

    /** NumericDate with more digits than this is no time of ours. */
    private static final int DATE_DIGITS_MAX = 17;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Name EXP = Name.of("exp");
    private static final Name IAT = Name.of("iat");
    private static final Name NBF = Name.of("nbf");
    private static final Name AUD = Name.of("aud");
    private static final Name SUB = Name.of("sub");
    private static final Name JTI = Name.of("jti");
    private static final Name TYP = Name.of("typ");

    /** Claims that only ID tokens carry (OpenID Connect Core, section 2). */
    private static final List<Name> ID_TOKEN_ONLY =
            List.of(Name.of("nonce"), Name.of("at_hash"), Name.of("c_hash"), Name.of("s_hash"));

    private static final Set<String> NOT_ACCESS_TOKEN = Set.of("ID", "Refresh", "Offline", "Logout");

    private final JsonDocument payload;

    TokenClaims(JsonDocument payload) {
        this.payload = payload;
    }

    void checkTimes(Instant now, IssuerProfile profile) throws BadToken {
        Instant expires = time(EXP);
        Instant issued = time(IAT);
        if (!now.isBefore(expires.plus(profile.skew()))) {
            throw new BadToken("token has expired");
        }
        if (issued.isAfter(now.plus(profile.skew()))) {
            throw new BadToken("iat is in the future");
        }
        if (expires.isAfter(issued.plus(profile.maxLifetime()))) {
            throw new BadToken(
                    "token lives longer than " + profile.maxLifetime().toSeconds() + " s");
        }
        if (payload.at(NBF) != JsonDocument.NONE && time(NBF).isAfter(now.plus(profile.skew()))) {
            throw new BadToken("token is not valid yet");
        }
    }

    private Instant time(Name claim) throws BadToken {
        int node = payload.at(claim);
        if (!payload.is(node, Kind.NUMBER) || payload.length(node) > DATE_DIGITS_MAX) {
            throw new BadToken(claim + " is missing or no number");
        }
        String digits = payload.raw(node);
        if (digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0 || digits.startsWith("-")) {
            throw new BadToken(claim + " is no plain number");
        }
        try {
            return Instant.ofEpochSecond(new BigDecimal(digits).longValue());
        } catch (DateTimeException outOfRange) {
            throw new BadToken(claim + " is out of range");
        }
    }

    void checkAudience(String audience) throws BadToken {
        int node = payload.at(AUD);
        if (payload.is(node, Kind.STRING) && payload.string(node).equals(audience)) {
            return;
        }
        if (payload.is(node, Kind.ARRAY)) {
            for (int each = payload.first(node); each != JsonDocument.NONE; each = payload.next(node, each)) {
                if (payload.is(each, Kind.STRING) && payload.string(each).equals(audience)) {
                    return;
                }
            }
        }
        throw new BadToken("aud is not this resource", true);
    }

    Caller caller(IssuerProfile profile) throws BadToken {
        if (profile.typ().contains("jwt")) {
            refuseIdToken();
        }
        String subject = text(SUB);
        String clientId = text(Name.of(profile.clientIdClaim()));
        String tokenId = text(JTI);
        Set<String> groups = list(Name.of(profile.groupsClaim()), "\0");
        Set<String> scopes = list(Name.of(profile.scopeClaim()), " ");
        return new Caller(
                new Subject(profile.alias(), subject, clientId, groups, scopes, otherClaims()),
                profile.issuer(),
                tokenId,
                time(EXP));
    }

    /** With the type {@code JWT} an ID token looks like an access token; what tells them apart must be absent. */
    private void refuseIdToken() throws BadToken {
        for (Name name : ID_TOKEN_ONLY) {
            if (payload.at(name) != JsonDocument.NONE) {
                throw new BadToken("token is an ID token");
            }
        }
        int typ = payload.at(TYP);
        if (payload.is(typ, Kind.STRING) && NOT_ACCESS_TOKEN.contains(payload.string(typ))) {
            throw new BadToken("token is no access token");
        }
    }

    private String text(Name claim) throws BadToken {
        int node = payload.at(claim);
        if (!payload.is(node, Kind.STRING)) {
            throw new BadToken(claim + " is missing or no string");
        }
        return clean(payload.string(node), claim);
    }

    private static String clean(String text, Name claim) throws BadToken {
        if (text.isEmpty() || text.length() > TEXT_MAX || text.chars().anyMatch(Character::isISOControl)) {
            throw new BadToken(claim + " is empty, too long or has control characters");
        }
        return text;
    }

    /** An array of strings, or one string cut at the separator; absent is empty. */
    private Set<String> list(Name claim, String separator) throws BadToken {
        int node = payload.at(claim);
        Set<String> values = new LinkedHashSet<>();
        if (payload.is(node, Kind.STRING)) {
            for (String each : payload.string(node).split(separator, LIST_MAX + 2)) {
                if (!each.isEmpty()) {
                    values.add(clean(each, claim));
                }
            }
        } else if (payload.is(node, Kind.ARRAY)) {
            for (int each = payload.first(node); each != JsonDocument.NONE; each = payload.next(node, each)) {
                if (!payload.is(each, Kind.STRING)) {
                    throw new BadToken(claim + " has an element that is no string");
                }
                values.add(clean(payload.string(each), claim));
            }
        } else if (node != JsonDocument.NONE) {
            throw new BadToken(claim + " is neither a string nor an array");
        }
        if (values.size() > LIST_MAX) {
            throw new BadToken(claim + " has more than " + LIST_MAX + " elements");
        }
        return values;
    }

    private Map<String, JsonNode> otherClaims() throws BadToken {
        Map<String, JsonNode> claims = new HashMap<>();
        try {
            JSON.readTree(payload.bytes()).properties().forEach(claim -> claims.put(claim.getKey(), claim.getValue()));
        } catch (JacksonException failure) {
            throw new BadToken("payload cannot be read");
        }
        return claims;
    }
}
