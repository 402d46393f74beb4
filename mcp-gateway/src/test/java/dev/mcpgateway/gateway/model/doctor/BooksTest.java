package dev.mcpgateway.gateway.model.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.doctor.Finding.Verdict;
import dev.mcpgateway.gateway.model.money.Used;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What was kept of a probe is compared with what came of it, member by member. */
class BooksTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String INTENT = "{\"ev\":\"llm.call.intent\",\"call\":\"c\",\"trace\":{\"traceparent\":\"00-"
            + TRACE + "-b7ad6b7169203331-01\"},\"model\":{\"provider\":\"one\",\"name\":\"big-1\"}}";
    private static final String END =
            "{\"ev\":\"llm.call.outcome\",\"call\":\"c\",\"outcome\":{\"status\":\"ok\"},\"model\":"
                    + "{\"served\":\"big-1-0613\",\"usage\":{\"input\":20,\"output\":4},\"cost_nano_usd\":28000,\"attempts\":1,"
                    + "\"by\":{\"provider\":\"one\",\"name\":\"big-1\"}}}";
    private static final String DENIED =
            "{\"ev\":\"llm.call.denied\",\"call\":\"c\",\"detail\":{\"reason\":\"over_budget\",\"stage\":\"BUDGET\"}}";

    private static AuditRecord record(String json) {
        return new AuditRecord(1, json, JsonMapper.shared().readTree(json));
    }

    private static Used cost(long nanoUsd) {
        return new Used(1, 20, 0, 0, 4, 0, 0, 0, 0, nanoUsd, 0, 0);
    }

    private static List<Finding> books(Recorded recorded, Optional<String> error, Used spent) {
        Seen seen = new Seen(ModelApi.CHAT_COMPLETIONS);
        if (error.isEmpty()) {
            seen.answeredBy(new Models.Target("one", "big-1"));
            seen.complete(new ModelFacts("big-1-0613", "stop", new ModelUsage(20, 0, 0, 0, 4, 0)));
        }
        return Books.of(new Outcome(
                "c",
                "mark",
                TRACE,
                error,
                seen,
                HttpFields.build().put("x-gateway-attempts", "1"),
                Optional.of(recorded),
                Optional.of(spent)));
    }

    private static Recorded recorded(String end) {
        return new Recorded(Optional.of(record(INTENT)), Optional.of(record(end)));
    }

    @Test
    void recordsThatSayTheSameAreGood() {
        assertThat(books(recorded(END), Optional.empty(), cost(28_000)))
                .extracting(Finding::check, Finding::verdict)
                .containsExactly(
                        tuple("audit", Verdict.GOOD), tuple("trace", Verdict.GOOD), tuple("ledger", Verdict.GOOD));
    }

    @ParameterizedTest
    @CsvSource({
        "big-1-0613,       small-9,        served is recorded as 'small-9'",
        "\"input\":20,     \"input\":19,   input is recorded as '19' and was '20'",
        "\"output\":4,     \"output\":5,   output is recorded as '5'",
        "\"attempts\":1,   \"attempts\":2, attempts is recorded as '2' and was '1'",
        "\"one\",          \"two\",        provider is recorded as 'two'",
        "\"name\":\"big-1\", \"name\":\"x\", model is recorded as 'x'"
    })
    void aRecordThatSaysSomethingElseIsAFault(String said, String instead, String says) {
        Finding audit = books(recorded(END.replace(said, instead)), Optional.empty(), cost(28_000))
                .getFirst();

        assertThat(audit.verdict()).isEqualTo(Verdict.FAULT);
        assertThat(audit.says()).contains(says);
    }

    @Test
    void aCallWithoutItsRecordsIsAFault() {
        assertThat(books(new Recorded(Optional.of(record(INTENT)), Optional.empty()), Optional.empty(), cost(0)))
                .first()
                .satisfies(each -> assertThat(each.says()).isEqualTo("the log has no end of call c"));
        assertThat(books(new Recorded(Optional.empty(), Optional.of(record(END))), Optional.empty(), cost(28_000)))
                .first()
                .satisfies(each -> assertThat(each.says()).isEqualTo("the log has no intent of call c"));
    }

    @Test
    void aTraceThatTheRecordDoesNotNameIsAFault() {
        Recorded other = new Recorded(
                Optional.of(record(INTENT.replace(TRACE, TRACE.replace('0', '1')))), Optional.of(record(END)));

        assertThat(books(other, Optional.empty(), cost(28_000)))
                .filteredOn(each -> each.check().equals("trace"))
                .singleElement()
                .extracting(Finding::verdict)
                .isEqualTo(Verdict.FAULT);
    }

    @Test
    void aLedgerThatHasMoreOrLessThanTheRecordIsAFault() {
        for (long spent : new long[] {27_999, 28_001, 0}) {
            assertThat(books(recorded(END), Optional.empty(), cost(spent))
                            .getLast()
                            .verdict())
                    .isEqualTo(Verdict.FAULT);
        }
        assertThat(books(recorded(END.replace("\"cost_nano_usd\":28000,", "")), Optional.empty(), cost(0))
                        .getLast()
                        .says())
                .contains("no price");
    }

    @Test
    void aRefusalIsRecordedAsWhatItWasAndCostsNothing() {
        Recorded denied = new Recorded(Optional.empty(), Optional.of(record(DENIED)));

        assertThat(books(denied, Optional.of("over_budget"), cost(0)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.GOOD, Verdict.GOOD);
        assertThat(books(denied, Optional.of("no_price"), cost(1)))
                .extracting(Finding::verdict)
                .containsExactly(Verdict.FAULT, Verdict.FAULT);
    }
}
