package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.model.Reservation.End;
import dev.mcpgateway.gateway.model.money.Amount;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.money.Hold;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.Payer;
import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.money.Rates;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import dev.mcpgateway.gateway.model.money.Used;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is spent of what was set aside, where providers do not say it: never nothing, and never by guess alone. */
class MeteredReservationTest {
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");
    private static final String MANY = "\"max_tokens\":1000";
    private static final ModelTable.Target TARGET = new ModelTable.Target(new NamedProvider("p"), "m");

    /** What Anthropic's streams begin with. */
    private static final ModelFacts BEGUN = new ModelFacts("m", "", new ModelUsage(12, 0, 0, 0, 1, 0));

    private static final ModelFacts SAID = new ModelFacts("m", "stop", new ModelUsage(12, 0, 0, 0, 7, 0));

    private final Book book = new Book();

    /** Has room for everything, and keeps what becomes of it. */
    private static final class Book implements Ledger {
        private final List<Used> spent = new ArrayList<>();
        private final List<String> payees = new ArrayList<>();
        private final List<String> released = new ArrayList<>();

        @Override
        public Answer hold(Hold hold) {
            return new Answer.Held();
        }

        @Override
        public void settle(Hold hold, String provider, Used used) {
            spent.add(used);
            payees.add(provider);
        }

        @Override
        public void release(Hold hold) {
            released.add(hold.call());
        }

        @Override
        public List<Balance> balances() {
            return List.of();
        }

        @Override
        public List<Row> usage(By by, LocalDate from, LocalDate to) {
            return List.of();
        }

        @Override
        public String failure() {
            return "";
        }

        @Override
        public void close() {}
    }

    private MeteredReservation reservation(ModelApi api, String members) {
        Price price = new Price(
                new Rates(1, 1, 1, 1, 1, 1), List.of(), 0, Map.of(), OptionalLong.empty(), OptionalLong.of(2_000));
        PriceTable prices = new PriceTable("", List.of(new PriceTable.Row("p", "m", DAY, price)));
        Money money = new Money(
                () -> prices, List.of(), "", new Money.Assumed(1_000_000, 5_000, 20), TokenWeights.EQUAL, book);
        Hold hold = new Hold(
                "c", Instant.EPOCH, new Payer(DAY, "", "", "", "", ""), List.of(), new Amount(1_000_000, 100_000, 1));
        return new MeteredReservation(money, prices, hold, asked(api, members), DAY);
    }

    private static AskedTokens asked(ModelApi api, String members) {
        try {
            byte[] body = ("{\"model\":\"m\"," + members + "}").getBytes(StandardCharsets.UTF_8);
            return AskedTokens.of(ModelRequest.read(api, StrictJson.parse(body, JsonLimits.forRequests(100_000, 64))));
        } catch (Exception unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    /** What a call is put down for in the end. */
    private Used spent(MeteredReservation reservation, ModelFacts facts, long answerBytes, End end, double seconds) {
        try (reservation) {
            Cost cost = reservation.settle(TARGET, facts, answerBytes, end, nanos(seconds));
            Used spent = book.spent.getLast();
            assertThat(cost).isEqualTo(new Cost(spent.nanoUsd(), spent.estimated() > 0));
            return spent;
        }
    }

    private Used cut(String members, double seconds) {
        return spent(reservation(ModelApi.CHAT_COMPLETIONS, members), ModelFacts.NONE, 0, End.CUT, seconds);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "max_tokens":1000        | 0         | 100
            "max_tokens":1000        | .999      | 100
            "max_tokens":1000        | 1         | 200
            "max_tokens":1000        | 7.5       | 800
            "max_tokens":1000        | 60        | 1000
            "max_tokens":30          | 60        | 30
            "x":1                    | 60        | 2000
            "max_tokens":1000,"n":3  | 0         | 300
            "max_tokens":1000,"n":3  | 60        | 3000
            """)
    void anAnswerOfWhichNothingWasSeenIsAHundredTokensASecondUpToWhatWasSetAside(
            String members, double seconds, long output) {
        Used spent = cut(members, seconds);

        assertThat(spent.output()).isEqualTo(output);
        assertThat(spent.input())
                .as("three bytes a token")
                .isEqualTo((members.length() + "{'model':'m',}".length() + 2) / 3);
        assertThat(spent.estimated()).isEqualTo(1);
    }

    @Test
    void whereNoPriceIsKnownTheBoundIsTheAssumedOne() {
        ModelTable.Target unpriced = new ModelTable.Target(new NamedProvider("q"), "m");
        try (MeteredReservation reservation = reservation(ModelApi.CHAT_COMPLETIONS, "\"x\":1")) {
            assertThat(reservation.settle(unpriced, ModelFacts.NONE, 0, End.CUT, nanos(600)))
                    .isEqualTo(Cost.UNKNOWN);
        }
        assertThat(book.spent.getFirst().output()).isEqualTo(5_000);
    }

    @Test
    void textThatWasSeenCountsAndNotTheTimeThatItTook() {
        MeteredReservation reservation = reservation(ModelApi.CHAT_COMPLETIONS, MANY);
        reservation.passed(event("{\"choices\":[{\"delta\":{\"content\":\"thirty bytes of text, to count\"}}]}"));

        assertThat(spent(reservation, ModelFacts.NONE, 400, End.CUT, 60).output())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'response.created','response':{'metadata':{'text':'of the request'}}}",
                "{'response':{'metadata':{'content':'of the request'}},'type':'response.in_progress'}",
                "{'type':'response.output_item.added','item':{'type':'reasoning','content':'x.delta'}}"
            })
    void whatResponsesRepeatOfTheirRequestIsNothingOfTheAnswer(String repeated) {
        MeteredReservation reservation = reservation(ModelApi.RESPONSES, "\"max_output_tokens\":1000,\"input\":\"x\"");
        reservation.passed(event(repeated.replace('\'', '"')));

        assertThat(spent(reservation, ModelFacts.NONE, 400, End.CUT, 4.5).output())
                .as("nothing was seen of it")
                .isEqualTo(500);
    }

    @Test
    void aTextThatResponsesRepeatCountsOnce() {
        MeteredReservation reservation = reservation(ModelApi.RESPONSES, "\"max_output_tokens\":1000,\"input\":\"x\"");
        String text = "thirty bytes of text, to count";
        for (String event : List.of(
                "{'type':'response.output_text.delta','item_id':'i','delta':'" + text + "'}",
                "{'type':'response.output_text.done','text':'" + text + "'}",
                "{'part':{'type':'output_text','text':'" + text + "'},'type':'response.content_part.done'}",
                "{'type':'response.output_item.done','item':{'content':[{'type':'output_text','text':'" + text
                        + "'}]}}")) {
            reservation.passed(event(event.replace('\'', '"')));
        }

        assertThat(spent(reservation, ModelFacts.NONE, 400, End.CUT, 60).output())
                .isEqualTo(10);
    }

    @Test
    void bytesInWhichNoTextIsKnownAreNoLessThanTheyWere() {
        assertThat(spent(reservation(ModelApi.CHAT_COMPLETIONS, MANY), ModelFacts.NONE, 900, End.CUT, 0)
                        .output())
                .isEqualTo(300);
        assertThat(spent(reservation(ModelApi.CHAT_COMPLETIONS, MANY), ModelFacts.NONE, 900, End.COMPLETE, 60)
                        .output())
                .as("a whole answer is all there")
                .isEqualTo(300);
    }

    @Test
    void whatAStreamStatesAtItsBeginningIsNotAllThatItWrote() {
        assertThat(spent(reservation(ModelApi.MESSAGES, MANY), BEGUN, 60, End.CUT, 2.5))
                .extracting(Used::input, Used::output, Used::estimated)
                .containsExactly(12L, 300L, 1L);
        assertThat(spent(reservation(ModelApi.MESSAGES, MANY), SAID, 60, End.CUT, 2.5))
                .as("why the model stopped is said at the end")
                .extracting(Used::input, Used::output, Used::estimated)
                .containsExactly(12L, 7L, 1L);
        assertThat(spent(reservation(ModelApi.MESSAGES, MANY), SAID, 60, End.COMPLETE, 2.5))
                .extracting(Used::input, Used::output, Used::estimated)
                .containsExactly(12L, 7L, 0L);
    }

    @Test
    void attemptsThatWereCutAreAddedByTheirOwnTimes() {
        MeteredReservation reservation = reservation(ModelApi.CHAT_COMPLETIONS, MANY);
        reservation.attempted(TARGET, ModelFacts.NONE, End.CUT, nanos(3.2));
        reservation.attempted(TARGET, ModelFacts.NONE, End.UNANSWERED, nanos(50));
        reservation.attempted(TARGET, BEGUN, End.CUT, nanos(.5));

        Used spent = spent(reservation, SAID, 60, End.COMPLETE, 9);

        assertThat(spent.output()).isEqualTo(400 + 0 + 100 + 7);
        assertThat(spent.calls()).isEqualTo(1);
        assertThat(spent.estimated()).isEqualTo(1);
    }

    @Test
    void whatWasRefusedCostsNothingHoweverLongItTook() {
        assertThat(spent(reservation(ModelApi.CHAT_COMPLETIONS, MANY), ModelFacts.NONE, 90, End.UNANSWERED, 60))
                .extracting(Used::calls, Used::input, Used::output, Used::nanoUsd)
                .containsExactly(1L, 0L, 0L, 0L);
    }

    @Test
    void whatWasPaidBeforeAMistakeIsSpentAndWithoutAnyAllIsGivenBack() {
        try (MeteredReservation reservation = reservation(ModelApi.CHAT_COMPLETIONS, MANY)) {
            reservation.attempted(TARGET, ModelFacts.NONE, End.CUT, nanos(1));
        }
        assertThat(book.spent).extracting(Used::calls, Used::output).containsExactly(tuple(1L, 200L));
        assertThat(book.payees).containsExactly("p");
        assertThat(book.released).isEmpty();

        try (MeteredReservation reservation = reservation(ModelApi.CHAT_COMPLETIONS, MANY)) {
            reservation.attempted(TARGET, ModelFacts.NONE, End.UNANSWERED, nanos(1));
        }
        assertThat(book.spent).hasSize(1);
        assertThat(book.released).containsExactly("c");
    }

    @Test
    void vectorsAreNoTokensOfAnAnswer() {
        assertThat(spent(reservation(ModelApi.EMBEDDINGS, "\"input\":\"x\""), ModelFacts.NONE, 0, End.CUT, 60)
                        .output())
                .isZero();
    }

    private static ModelEvent event(String data) {
        return new ModelEvent("message", data.getBytes(StandardCharsets.UTF_8), ModelEvent.Mark.OPEN);
    }
}
