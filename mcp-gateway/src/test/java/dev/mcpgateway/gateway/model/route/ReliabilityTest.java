package dev.mcpgateway.gateway.model.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.gateway.config.Models.Capability;
import dev.mcpgateway.gateway.config.Models.Mismatch;
import dev.mcpgateway.gateway.config.Models.Target;
import dev.mcpgateway.gateway.config.Routing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be tried again, how soon and how often, and whose answer it is. */
class ReliabilityTest {
    private static final Target TARGET = new Target("p", "m");

    private static ModelFailure failure(Cause cause, int status, String body) {
        return new ModelFailure(cause, status, body.getBytes(StandardCharsets.UTF_8), 0, "", "");
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_CONNECTED,0,AGAIN,FAILURE",
        "BROKEN,0,AGAIN,FAILURE",
        "MALFORMED,200,AGAIN,FAILURE",
        "PROVIDER_ERROR,500,AGAIN,FAILURE",
        "PROVIDER_ERROR,529,AGAIN,FAILURE",
        "RATE_LIMITED,429,AGAIN,IGNORED",
        "OVER_QUOTA,429,AGAIN,IGNORED",
        "REJECTED,408,AGAIN,IGNORED",
        "REJECTED,409,AGAIN,IGNORED",
        "TIMED_OUT,0,NEXT,FAILURE",
        "OUT_OF_TIME,0,NEXT,FAILURE",
        "CREDENTIAL_REFUSED,401,NEXT,IGNORED",
        "NO_CREDENTIAL,0,NEXT,IGNORED",
        "BUSY,0,NEXT,IGNORED",
        "NOT_ENTITLED,403,NEXT,IGNORED",
        "TOO_LONG,400,NEXT,IGNORED",
        "UNREADABLE,0,NEVER,IGNORED",
        "REJECTED,400,NEVER,IGNORED",
        "REJECTED,404,NEVER,IGNORED",
        "REJECTED,422,NEVER,IGNORED",
        "TOO_LARGE,200,NEVER,IGNORED",
        "CANCELLED,0,NEVER,IGNORED"
    })
    void eachFailureHasItsClass(Cause cause, int status, FailureClass kind, Breaker.Outcome outcome) {
        ModelFailure failure = failure(cause, status, "{\"error\":{\"message\":\"bad temperature\"}}");

        assertThat(FailureClass.of(failure)).isEqualTo(kind);
        assertThat(FailureClass.outcome(failure)).isEqualTo(outcome);
    }

    @Test
    void pausesGrowFromNothingToTheLongest() {
        Random random = new Random(5);
        for (int retry = 0; retry < 40; retry++) {
            long most = Math.min(8_000, 250L << Math.min(retry, 20)) * 1_000_000;
            for (int each = 0; each < 50; each++) {
                assertThat(Backoff.nanos(Routing.PLAIN, retry, 0, random)).isBetween(0L, most);
            }
        }
        assertThat(Backoff.nanos(Routing.PLAIN, 0, 3_000_000_000L, random)).isEqualTo(3_000_000_000L);
    }

    @Test
    void retriesAreAShareOfTheCallsAndOneASecond() {
        RetryBudget budget = new RetryBudget(10, 0);
        for (int each = 0; each < 10; each++) {
            assertThat(budget.take(0)).isTrue();
        }
        assertThat(budget.take(0)).as("what was saved is spent").isFalse();

        for (int each = 0; each < 10; each++) {
            budget.began();
        }
        assertThat(budget.take(0)).as("one of ten calls").isTrue();
        assertThat(budget.take(0)).isFalse();
        assertThat(budget.take(999_999_999)).isFalse();
        assertThat(budget.take(1_000_000_001)).as("one a second").isTrue();
        assertThat(new RetryBudget(0, 0).take(0)).as("none at all").isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o,gpt-4o,true",
        "gpt-4o,gpt-4o-2024-08-06,true",
        "gpt-4o,gpt-4o-mini,false",
        "gpt-4o,gpt-4o-mini-2024-07-18,false",
        "gpt-4,gpt-4.1,false",
        "gpt-4,gpt-4o,false",
        "claude-sonnet-4-5,claude-sonnet-4-5-20250929,true",
        "claude-3-5-haiku-latest,claude-3-5-haiku-20241022,true",
        "claude-3-5-haiku-latest,claude-3-5-sonnet-20241022,false",
        "m,'',true",
        "m,M,false",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0,claude-sonnet-4-5-20250929,true",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0,eu.anthropic.claude-sonnet-4-5-20250929-v1:0,true",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0,claude-haiku-4-5-20251001,false",
        "eu.anthropic.claude-sonnet-4-5-20250929-v1:0,claude-sonnet-4-5-20250929-v1:0,false",
        "global.anthropic.claude-opus-5,claude-opus-5-20260101,true",
        "global.anthropic.claude-opus-5,claude-opus-5-fast,false",
        "eu.amazon.nova-pro-v1:0,nova-pro,false"
    })
    void datedVariantsAreTheSameModelAndOthersAreNot(String asked, String served, boolean same) {
        assertThat(Served.matches(new Target("p", asked), served)).isEqualTo(same);
    }

    @Test
    void patternsStandInThePlaceOfTheRule() {
        Target target = new Target(
                "p", "m", 0, EnumSet.allOf(Capability.class), 0, List.of("llama-*", "other"), Mismatch.TELL, "");

        assertThat(Served.matches(target, "llama-3")).isTrue();
        assertThat(Served.matches(target, "other")).isTrue();
        assertThat(Served.matches(target, "m")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | message | {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]} | true
            CHAT_COMPLETIONS | message | {"choices":[]} | true
            CHAT_COMPLETIONS | message | {"choices":[{"delta":{"content":"h"},"finish_reason":null}]} | false
            CHAT_COMPLETIONS | message | {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]} | false
            CHAT_COMPLETIONS | message | {"choices":[{"delta":{"reasoning_content":"hm"}}]} | false
            CHAT_COMPLETIONS | message | {"choices":[{"delta":{},"finish_reason":"stop"}]} | false
            CHAT_COMPLETIONS | message | {"x":1} | false
            CHAT_COMPLETIONS | message | no json | false
            MESSAGES | message_start | {} | true
            MESSAGES | ping | {} | true
            MESSAGES | content_block_delta | {} | false
            RESPONSES | response.created | {} | true
            RESPONSES | response.output_text.delta | {} | false
            """, quoteCharacter = '~')
    void whatComesBeforeTheFirstContentCanBeHeldBack(ModelApi api, String type, String data, boolean held) {
        ModelEvent event = new ModelEvent(type, data.getBytes(StandardCharsets.UTF_8), Mark.OPEN);

        assertThat(Prologue.holds(api, event)).isEqualTo(held);
        assertThat(Prologue.holds(api, new ModelEvent(type, event.data(), Mark.LAST)))
                .isFalse();
    }

    @Test
    void healthIsWhatCallsHaveShownAndIsForgotten() {
        AtomicLong now = new AtomicLong(5);
        HealthTable table = new HealthTable(List.of(TARGET), Routing.PLAIN, now::get);

        Breaker.Pass pass = table.pass(TARGET).orElseThrow();
        assertThat(table.health(TARGET).inFlight()).isEqualTo(1);
        table.answered(TARGET, Duration.ofMillis(800).toNanos());
        assertThat(table.ended(TARGET, pass, Breaker.Outcome.FAILURE)).isNull();
        Health then = table.health(TARGET);
        now.addAndGet(Duration.ofMinutes(10).toNanos());
        Health later = table.health(TARGET);

        assertThat(then.latencyNanos()).isEqualTo(Duration.ofMillis(800).toNanos());
        assertThat(then.successMillionths()).isEqualTo(950_000);
        assertThat(then.inFlight()).isZero();
        assertThat(later.latencyNanos()).isLessThan(Duration.ofMillis(1).toNanos());
        assertThat(later.successMillionths()).isGreaterThan(999_990);
    }

    private static HealthTable listening(AtomicLong now, Target... targets) {
        Routing active = new Routing(2, 4, Duration.ofMillis(1), Duration.ofMillis(1), 10, java.util.Optional.empty());
        return new HealthTable(List.of(targets), active, now::get);
    }

    @Test
    void aModelIsLeftAloneAsLongAsItsProviderAskedForAndNoLongerThanFiveMinutes() {
        AtomicLong now = new AtomicLong(5);
        HealthTable table = listening(now, TARGET);

        table.cool(TARGET, Duration.ofSeconds(7).toNanos());
        table.cool(TARGET, Duration.ofSeconds(2).toNanos());
        assertThat(table.health(TARGET).coolsForNanos())
                .isEqualTo(Duration.ofSeconds(7).toNanos());
        now.addAndGet(Duration.ofSeconds(7).toNanos());
        assertThat(table.health(TARGET).coolsForNanos()).isZero();
        table.cool(TARGET, Duration.ofHours(9).toNanos());
        assertThat(table.health(TARGET).coolsForNanos())
                .isEqualTo(Duration.ofMinutes(5).toNanos());
    }

    @Test
    void aPauseOfOneModelIsNoneOfItsProvidersOthersAndOneOfTheAccountIsOfAll() {
        AtomicLong now = new AtomicLong(5);
        Target sibling = new Target("p", "other");
        Target elsewhere = new Target("q", "m");
        HealthTable table = listening(now, TARGET, sibling, elsewhere);

        table.cool(TARGET, Duration.ofSeconds(7).toNanos());
        assertThat(table.isWell(TARGET)).isFalse();
        assertThat(table.isWell(sibling)).isTrue();
        table.coolAll("p", Duration.ofSeconds(3).toNanos());

        assertThat(table.health(TARGET).coolsForNanos())
                .as("the longer of both")
                .isEqualTo(Duration.ofSeconds(7).toNanos());
        assertThat(table.health(sibling).coolsForNanos())
                .isEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(table.isWell(elsewhere)).isTrue();
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(table.isWell(sibling)).isTrue();
    }
}
