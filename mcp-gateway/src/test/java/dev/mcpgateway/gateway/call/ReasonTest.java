package dev.mcpgateway.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.call.Reason.Form;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonTest {
    /** The codes that JSON-RPC and MCP 2026-07-28 define and that a server may emit. */
    private static final Set<Integer> STANDARD = Set.of(-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022);

    @ParameterizedTest
    @EnumSource(Reason.class)
    void codesAreThoseOfTheSpecificationOrOutsideItsRange(Reason reason) {
        switch (reason.form()) {
            case HTTP, RPC, TOOL ->
                assertThat(STANDARD.contains(reason.rpcCode())
                                || reason.rpcCode() > -32000
                                || reason.rpcCode() < -32768)
                        .isTrue();
            case NONE -> assertThat(reason.rpcCode()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void aRefusalOfATool(Reason reason) {
        if (reason.form() == Form.TOOL) {
            assertThat(reason.httpStatus())
                    .as("a client must not take it for a broken transport")
                    .isEqualTo(200);
        }
        if (reason.form() == Form.HTTP) {
            assertThat(reason.httpStatus()).isBetween(400, 599);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void textsSayNothingAboutRulesAndUpstreams(Reason reason) {
        assertThat(reason.text().isEmpty()).isEqualTo(reason.form() == Form.NONE);
        assertThat(reason.text())
                .doesNotContainIgnoringCase("rule", "policy", "audit", "exception", "quarantine", "hidden");
        assertThat(reason.code()).matches("[a-z_]+");
    }

    @Test
    void aHiddenToolLooksLikeAnUnknownOne() {
        for (Reason reason : new Reason[] {Reason.TOOL_HIDDEN, Reason.TOOL_QUARANTINED, Reason.TOOL_STOPPED}) {
            assertThat(reason.text()).isEqualTo(Reason.UNKNOWN_TOOL.text());
            assertThat(reason.httpStatus()).isEqualTo(Reason.UNKNOWN_TOOL.httpStatus());
            assertThat(reason.rpcCode()).isEqualTo(Reason.UNKNOWN_TOOL.rpcCode());
            assertThat(reason.form()).isEqualTo(Reason.UNKNOWN_TOOL.form());
        }
    }

    @Test
    void codesOfReasonsAreDistinct() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::code)).doesNotHaveDuplicates();
    }

    @Test
    void aRefusalThatSaysMoreEndsInOneSentence() {
        assertThat(Refusal.saying(Reason.BAD_ARGUMENTS, "/a must be integer").says())
                .isEqualTo("The arguments do not fit the input schema: /a must be integer");
        assertThat(Refusal.saying(Reason.NOT_JSON, "at byte 3").says()).isEqualTo("Parse error: at byte 3");
    }

    @Test
    void whatIsAddedToARefusalKeepsTheRest() {
        Refusal refusal = Refusal.of(Reason.RATE_LIMITED, "3 calls a minute")
                .retryAfter(7)
                .withData("{}");

        assertThat(refusal)
                .isEqualTo(new Refusal(
                        Reason.RATE_LIMITED, Reason.RATE_LIMITED.text(), "3 calls a minute", new TreeSet<>(), "{}", 7));
    }

    @Test
    void aRefusalIsRecordedOnce() {
        Refused fresh = new Refused(Reason.DENIED);

        assertThat(fresh.isRecorded()).isFalse();
        assertThat(fresh.alreadyRecorded().isRecorded()).isTrue();
        assertThat(fresh.alreadyRecorded().alreadyRecorded().why()).isSameAs(fresh.why());
        assertThat(fresh.getStackTrace()).isEmpty();
    }

    @Test
    void callIdsAreUuidsOfVersion7InOrderOfTime() {
        Instant now = Instant.parse("2026-11-01T12:00:00.123Z");
        Random random = new Random(7);
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            UUID id = UUID.fromString(new CallIds(() -> now, random).next());
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(now.toEpochMilli());
            ids.add(id.toString());
        }

        assertThat(ids).hasSize(1000);
        String later = new CallIds(() -> now.plusMillis(1), random).next();
        assertThat(ids).allMatch(id -> id.compareTo(later) < 0);
    }
}
