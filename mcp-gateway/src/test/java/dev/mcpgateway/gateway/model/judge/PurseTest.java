package dev.mcpgateway.gateway.model.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.call.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gateway's own calls do not fill the log with refusals. */
class PurseTest {
    private final AtomicLong now = new AtomicLong(5);
    private final AtomicInteger asked = new AtomicInteger();

    private Optional<String> pay(Purse purse, Reason refusal) {
        return purse.pay("", _ -> {
            asked.incrementAndGet();
            return Optional.of(refusal.code());
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"OVER_BUDGET", "BUDGET_HELD"})
    void withoutMoneyForAnotherCallNoneIsMadeForAMinute(Reason refusal) {
        Purse purse = new Purse("judge", Purse.OF_ALL_QUESTIONS, now::get);

        assertThat(pay(purse, refusal)).contains("over_budget");
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(pay(purse, refusal)).contains("over_budget");
        assertThat(asked).hasValue(1);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(pay(purse, refusal)).contains("over_budget");

        assertThat(asked).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"UPSTREAM_DOWN", "PROMPT_TOO_LONG"})
    void whatIsOfOneQuestionAloneKeepsNoOtherFromBeingAsked(Reason refusal) {
        Purse purse = new Purse("judge", Purse.OF_ALL_QUESTIONS, now::get);

        assertThat(pay(purse, refusal)).contains("failed");
        assertThat(pay(purse, refusal)).contains("failed");

        assertThat(asked).hasValue(2);
    }
}
