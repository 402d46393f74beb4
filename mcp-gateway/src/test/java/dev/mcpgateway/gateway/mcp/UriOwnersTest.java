package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose a URI is that several upstreams claim. */
class UriOwnersTest {
    private static final Set<String> BOTH = Set.of("a", "b");

    private static SequencedMap<String, Set<String>> claims(Set<String> a, Set<String> b) {
        SequencedMap<String, Set<String>> claims = new LinkedHashMap<>();
        claims.put("a", a);
        claims.put("b", b);
        return claims;
    }

    private static UriOwners settle(Set<String> a, Set<String> b, Set<String> asked, UriOwners before) {
        return UriOwners.settle(claims(a, b), Map.of(), asked, before);
    }

    private static Map<String, List<UriTemplate>> templates(String alias, String template) {
        return Map.of(alias, List.of(UriTemplate.parse(template).orElseThrow()));
    }

    @Test
    void theFirstInTheViewsOrderHasIt() {
        UriOwners owners = settle(Set.of("x:1", "x:2"), Set.of("x:2", "x:3"), BOTH, UriOwners.NONE);

        assertThat(owners.has("a", "x:1")).isTrue();
        assertThat(owners.has("a", "x:2")).isTrue();
        assertThat(owners.has("b", "x:2")).isFalse();
        assertThat(owners.has("b", "x:3")).isTrue();
        assertThat(owners.has("a", "x:3")).isFalse();
        assertThat(owners.has("a", "x:4")).isFalse();
    }

    @Test
    void whoAnswersFirstMakesNoDifference() {
        UriOwners early = settle(Set.of(), Set.of("x:1"), Set.of("b"), UriOwners.NONE);
        assertThat(early.has("b", "x:1")).isTrue();

        UriOwners both = settle(Set.of("x:1"), Set.of("x:1"), BOTH, early);

        assertThat(both.has("a", "x:1")).isTrue();
        assertThat(both.has("b", "x:1")).isFalse();
    }

    @Test
    void aNewcomerTakesNothingFromWhoHasIt() {
        UriOwners before = settle(Set.of(), Set.of("x:1"), BOTH, UriOwners.NONE);

        UriOwners claimed = settle(Set.of("x:1"), Set.of("x:1"), BOTH, before);
        UriOwners claimedStill = settle(Set.of("x:1"), Set.of("x:1"), BOTH, claimed);
        UriOwners givenUp = settle(Set.of("x:1"), Set.of(), BOTH, claimedStill);

        assertThat(claimed.has("b", "x:1")).isTrue();
        assertThat(claimed.has("a", "x:1")).isFalse();
        assertThat(claimedStill.has("b", "x:1")).isTrue();
        assertThat(givenUp.has("a", "x:1")).as("the owner names it no longer").isTrue();
    }

    @Test
    void aTemplateOfAnEarlierUpstreamClaimsWhatFits() {
        UriOwners owners = UriOwners.settle(
                claims(Set.of(), Set.of("x:docs/1", "x:other")), templates("a", "x:docs/{id}"), BOTH, UriOwners.NONE);

        assertThat(owners.has("b", "x:docs/1")).isFalse();
        assertThat(owners.has("b", "x:other")).isTrue();
    }

    @Test
    void aTemplateOfALaterUpstreamClaimsNothingThatAnEarlierOneNames() {
        UriOwners owners = UriOwners.settle(
                claims(Set.of("x:docs/1"), Set.of()), templates("b", "x:docs/{id}"), BOTH, UriOwners.NONE);

        assertThat(owners.has("a", "x:docs/1")).isTrue();
    }

    @Test
    void aNewTemplateTakesNothingFromWhoHasIt() {
        UriOwners before = settle(Set.of(), Set.of("x:docs/1"), BOTH, UriOwners.NONE);

        UriOwners claimed =
                UriOwners.settle(claims(Set.of(), Set.of("x:docs/1")), templates("a", "x:docs/{id}"), BOTH, before);

        assertThat(claimed.has("b", "x:docs/1")).isTrue();
    }
}
