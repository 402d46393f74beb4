package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a token may stand, and how it may look. */
class PresentedTokenTest {
    private static final String ALL = "ABCXYZabcxyz0189-._~+/=";

    private static PresentedToken token(String... headers) {
        return PresentedToken.of(null, List.of(headers));
    }

    private static void assertRefused(Reason reason, String query, String... headers) {
        assertThatThrownBy(() -> PresentedToken.of(query, List.of(headers)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.why().reason()).isEqualTo(reason));
    }

    @Test
    void bothSchemesAreTakenInAnyCase() {
        assertThat(token("Bearer " + ALL)).isEqualTo(new PresentedToken(ALL, false));
        assertThat(token("bEARER  " + ALL + " ")).isEqualTo(new PresentedToken(ALL, false));
        assertThat(token("DPoP " + ALL)).isEqualTo(new PresentedToken(ALL, true));
        assertThat(token("dpop " + ALL)).isEqualTo(new PresentedToken(ALL, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YQ==", "Bearer", "DPoP", "", "token", "Bearertoken", "DPoPtoken", " Bearer x"})
    void whatIsNoSuchSchemeIsNoToken(String header) {
        assertRefused(Reason.NO_TOKEN, null, header);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"@", "[", "`", "{", "/:", ":", "a b", "a,b", "a\tb", "\u00e9", "a\u0000", "*", "^", "\"a\""})
    void foreignCharactersAreRefused(String token) {
        assertRefused(Reason.BAD_TOKEN, null, "Bearer " + token);
        assertRefused(Reason.BAD_TOKEN, null, "DPoP " + token);
    }

    @Test
    void theLengthIsBounded() {
        assertThat(token("Bearer " + "a".repeat(TokenText.BYTES_MAX)).token()).hasSize(TokenText.BYTES_MAX);
        assertRefused(Reason.BAD_TOKEN, null, "Bearer " + "a".repeat(TokenText.BYTES_MAX + 1));
        assertRefused(Reason.BAD_TOKEN, null, "Bearer  ");
    }

    @Test
    void thereIsOneHeaderAndNothingInTheQuery() {
        assertRefused(Reason.NO_TOKEN, null);
        assertRefused(Reason.MALFORMED_CREDENTIALS, null, "Bearer a", "Bearer a");
        assertRefused(Reason.MALFORMED_CREDENTIALS, null, "Bearer a", "DPoP a");
        assertRefused(Reason.MALFORMED_CREDENTIALS, "access_token=a", "Bearer a");
        assertRefused(Reason.MALFORMED_CREDENTIALS, "x=1&access_token=a");
        assertThat(PresentedToken.of("x=1", List.of("Bearer a")).token()).isEqualTo("a");
    }

    private static PresentedToken ofModelCall(List<String> authorization, String... apiKeys) {
        return PresentedToken.ofModelCall(null, authorization, List.of(apiKeys));
    }

    private static void assertRefusedModelCall(Reason reason, List<String> authorization, String... apiKeys) {
        assertThatThrownBy(() -> ofModelCall(authorization, apiKeys))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.why().reason()).isEqualTo(reason));
    }

    @Test
    void theKeyOfAModelCallStandsInEitherHeaderAndIsOne() {
        assertThat(ofModelCall(List.of(), "key")).isEqualTo(new PresentedToken("key", false));
        assertThat(ofModelCall(List.of("Bearer key"))).isEqualTo(new PresentedToken("key", false));
        assertThat(ofModelCall(List.of("Bearer key"), "key")).isEqualTo(new PresentedToken("key", false));
        assertThat(ofModelCall(List.of("DPoP key"), "key")).isEqualTo(new PresentedToken("key", true));
        assertRefusedModelCall(Reason.NO_TOKEN, List.of());
        assertRefusedModelCall(Reason.BAD_TOKEN, List.of("Bearer one"), "two");
        assertRefusedModelCall(Reason.BAD_TOKEN, List.of(), "a b");
        assertRefusedModelCall(Reason.BAD_TOKEN, List.of(), "");
        assertRefusedModelCall(Reason.NO_TOKEN, List.of("Basic b25l"), "one");
        assertRefusedModelCall(Reason.MALFORMED_CREDENTIALS, List.of(), "one", "one");
        assertRefusedModelCall(Reason.MALFORMED_CREDENTIALS, List.of("Bearer one", "Bearer one"), "one");
    }
}
