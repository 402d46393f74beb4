package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The claims of a token against the profile of its issuer, read strictly from its raw payload. */
final class TokenClaims {
    /** Most groups or scopes of one token. */
    private static final int LIST_MAX = 500;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Name EXP = Name.of("exp");
    private static final Name IAT = Name.of("iat");
    private static final Name NBF = Name.of("nbf");
    private static final Name AUD = Name.of("aud");
    private static final Name SUB = Name.of("sub");
    private static final Name JTI = Name.of("jti");
    private static final Name TYP = Name.of("typ");
    private static final Name TOKEN_USE = Name.of("token_use");
    private static final Name CNF = Name.of("cnf");

    /** Claims that ID tokens and logout tokens carry (OpenID Connect Core, section 2, and Back-Channel Logout). */
    private static final List<Name> NO_ACCESS_TOKEN =
            List.of(Name.of("nonce"), Name.of("at_hash"), Name.of("c_hash"), Name.of("s_hash"), Name.of("events"));

    private static final Set<String> OTHER_TYPES = Set.of("ID", "Refresh", "Offline", "Logout");

    private final JsonDocument payload;
    private final StrictClaims strict;
    private final IssuerProfile profile;

    TokenClaims(JsonDocument payload, IssuerProfile profile) {
        this.payload = payload;
        this.strict = new StrictClaims(payload);
        this.profile = profile;
    }

    void checkTimes(Instant now) throws BadToken {
        Instant expires = strict.time(EXP, TokenStep.TIMES);
        Instant issued = strict.time(IAT, TokenStep.TIMES);
        if (!now.isBefore(expires.plus(profile.skew()))) {
            throw new BadToken(TokenStep.TIMES, "token has expired");
        }
        if (issued.isAfter(now.plus(profile.skew()))) {
            throw new BadToken(TokenStep.TIMES, "iat is in the future");
        }
        if (expires.isAfter(issued.plus(profile.maxLifetime()))) {
            throw new BadToken(
                    TokenStep.TIMES,
                    "token lives longer than " + profile.maxLifetime().toSeconds() + " s");
        }
        if (strict.has(NBF) && strict.time(NBF, TokenStep.TIMES).isAfter(now.plus(profile.skew()))) {
            throw new BadToken(TokenStep.TIMES, "token is not valid yet");
        }
    }

    void checkAudience(String audience) throws BadToken {
        int node = payload.at(AUD);
        if (isText(node, audience)) {
            return;
        }
        if (payload.is(node, Kind.ARRAY)) {
            int others = 0;
            boolean ours = false;
            for (int each = payload.first(node); each != JsonDocument.NONE; each = payload.next(node, each)) {
                boolean isOurs = isText(each, audience);
                ours |= isOurs;
                others += isOurs ? 0 : 1;
            }
            if (ours && others > 0 && profile.audienceAlone()) {
                throw new BadToken(TokenStep.AUDIENCE, "aud names others beside this resource");
            }
            if (ours) {
                return;
            }
        }
        throw new BadToken(TokenStep.AUDIENCE, "aud is not this resource");
    }

    private boolean isText(int node, String text) {
        return payload.is(node, Kind.STRING) && payload.string(node).equals(text);
    }

    /** What the sender must prove; a token that should be bound and is not is refused. */
    Confirmation confirmation() throws BadToken {
        Confirmation confirmation = Confirmation.of(payload, payload.at(CNF));
        boolean bound = switch (profile.sender()) {
            case NONE -> true;
            case DPOP -> confirmation.keyThumbprint() != null;
            case MTLS -> confirmation.certificateThumbprint() != null;
            case ANY -> !confirmation.equals(Confirmation.NONE);
        };
        if (!bound) {
            throw new BadToken(TokenStep.BINDING, "token is not bound to its sender as this issuer's must be");
        }
        return confirmation;
    }

    Caller caller(ScopeHierarchy hierarchy) throws BadToken {
        if (profile.typ().contains("jwt") || profile.typ().contains(IssuerProfile.TYP_ABSENT)) {
            refuseOtherTokens();
        }
        for (String claim : profile.requiredClaims()) {
            require(Name.of(claim));
        }
        String subject = strict.text(SUB, TokenStep.CLAIMS);
        String clientId = strict.text(Name.of(profile.clientIdClaim()), TokenStep.CLAIMS);
        String tokenId = strict.has(JTI) ? strict.text(JTI, TokenStep.CLAIMS) : null;
        Set<String> groups = list(profile.groupsClaim(), "\0");
        Set<String> scopes = hierarchy.expand(list(profile.scopeClaim(), " "));
        return new Caller(
                new Subject(profile.alias(), subject, clientId, groups, scopes, otherClaims(), tenant()),
                profile.issuer(),
                tokenId,
                strict.time(EXP, TokenStep.TIMES));
    }

    /**
     * One clean string; absent, null and empty are none. Any other is refused: who reads limits and restrictions of a tenant
     * would not know whose caller this is.
     */
    private String tenant() throws BadToken {
        int node = place(profile.tenantClaim());
        if (node == JsonDocument.NONE || payload.is(node, Kind.NULL) || isText(node, "")) {
            return "";
        }
        Name claim = Name.of(profile.tenantClaim());
        if (!payload.is(node, Kind.STRING)) {
            throw new BadToken(TokenStep.CLAIMS, claim + ", the tenant, is no string");
        }
        return StrictClaims.clean(payload.string(node), claim, TokenStep.CLAIMS);
    }

    /** There, and with something in it. */
    private void require(Name claim) throws BadToken {
        int node = payload.at(claim);
        boolean empty = node == JsonDocument.NONE
                || payload.is(node, Kind.NULL)
                || isText(node, "")
                || ((payload.is(node, Kind.ARRAY) || payload.is(node, Kind.OBJECT))
                        && payload.first(node) == JsonDocument.NONE);
        if (empty) {
            throw new BadToken(TokenStep.CLAIMS, claim + " is missing or empty");
        }
    }

    /** With the type {@code JWT}, or none, an ID token looks like an access token; what tells them apart must be absent. */
    private void refuseOtherTokens() throws BadToken {
        for (Name name : NO_ACCESS_TOKEN) {
            if (strict.has(name)) {
                throw new BadToken(TokenStep.CLAIMS, "token is an ID token: it has " + name);
            }
        }
        int typ = payload.at(TYP);
        boolean other = payload.is(typ, Kind.STRING) && OTHER_TYPES.contains(payload.string(typ));
        if (other || isText(payload.at(TOKEN_USE), "id")) {
            throw new BadToken(TokenStep.CLAIMS, "token is no access token");
        }
    }

    /** A claim by its name or, beginning with a slash, by its place (RFC 6901; through objects only). */
    private int place(String claim) {
        if (!claim.startsWith("/")) {
            return payload.at(Name.of(claim));
        }
        return payload.at(Arrays.stream(claim.substring(1).split("/", -1))
                .map(step -> Name.of(step.replace("~1", "/").replace("~0", "~")))
                .toArray(Name[]::new));
    }

    /** An array of strings, or one string cut at the separator; absent is empty. */
    private Set<String> list(String place, String separator) throws BadToken {
        Name claim = Name.of(place);
        int node = place(place);
        Set<String> values = new LinkedHashSet<>();
        if (payload.is(node, Kind.STRING)) {
            for (String each : payload.string(node).split(separator, LIST_MAX + 2)) {
                if (!each.isEmpty()) {
                    values.add(StrictClaims.clean(each, claim, TokenStep.CLAIMS));
                }
            }
        } else if (payload.is(node, Kind.ARRAY)) {
            for (int each = payload.first(node); each != JsonDocument.NONE; each = payload.next(node, each)) {
                if (!payload.is(each, Kind.STRING)) {
                    throw new BadToken(TokenStep.CLAIMS, claim + " has an element that is no string");
                }
                values.add(StrictClaims.clean(payload.string(each), claim, TokenStep.CLAIMS));
            }
        } else if (node != JsonDocument.NONE) {
            throw new BadToken(TokenStep.CLAIMS, claim + " is neither a string nor an array");
        }
        if (values.size() > LIST_MAX) {
            throw new BadToken(TokenStep.CLAIMS, claim + " has more than " + LIST_MAX + " elements");
        }
        return values;
    }

    private Map<String, JsonNode> otherClaims() throws BadToken {
        Map<String, JsonNode> claims = new HashMap<>();
        try {
            JSON.readTree(payload.bytes()).properties().forEach(claim -> claims.put(claim.getKey(), claim.getValue()));
        } catch (JacksonException failure) {
            throw new BadToken(TokenStep.CLAIMS, "payload cannot be read");
        }
        return claims;
    }
}
