package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.model.money.Amount;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.gateway.model.money.Hold;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LocalLedger;
import dev.mcpgateway.gateway.model.money.Outcomes;
import dev.mcpgateway.gateway.model.money.Payer;
import dev.mcpgateway.gateway.model.money.Pot;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import dev.mcpgateway.gateway.model.money.Used;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Of more pots than an answer has room for, those with little left are shown, and that it is cut is said. */
class BudgetsShownTest {
    private static final int SHOWN = 10_000;
    private static final Budget.Limits NONE =
            new Budget.Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");

    @TempDir
    Path folder;

    @Test
    void thePoorestPotsAreShownAndOfTheOthersHowManyThereAre() throws Exception {
        try (Ledger ledger = new LocalLedger(
                folder.resolve("state/ledger.mv"),
                InstantSource.system(),
                Duration.ofDays(400),
                TokenWeights.EQUAL,
                Outcomes.NONE)) {
            for (int i = 0; i < SHOWN; i++) {
                spend(ledger, new Pot("gone", "u" + i, 0, Long.MAX_VALUE), 900_000_000);
                spend(ledger, new Pot("each", "corp\nu" + i, 0, Long.MAX_VALUE), 100_000_000);
            }
        }
        JsonNode whole = budgets();
        assertThat(whole.size())
                .as("pots of a budget that is gone take no room")
                .isEqualTo(SHOWN);
        assertThat(whole.at("/0/whose").asString()).isEqualTo("corp/u0");
        assertThat(whole.at("/" + (SHOWN - 1) + "/budget").asString()).isEqualTo("each");

        try (Ledger ledger = new LocalLedger(
                folder.resolve("state/ledger.mv"),
                InstantSource.system(),
                Duration.ofDays(400),
                TokenWeights.EQUAL,
                Outcomes.NONE)) {
            spend(ledger, new Pot("each", "corp\nzoe", 0, Long.MAX_VALUE), 500_000_000);
            spend(ledger, new Pot("each", "corp\nabe", 0, Long.MAX_VALUE), 20_000_000);
        }
        JsonNode cut = budgets();
        assertThat(cut.size()).isEqualTo(SHOWN + 1);
        assertThat(cut.at("/0/whose").asString()).isEqualTo("corp/zoe");
        assertThat(cut.at("/0/left_usd").asString()).isEqualTo("0.5");
        assertThat(cut.get(SHOWN).toString()).isEqualTo("{\"budget\":\"…\",\"pots\":2}");
        assertThat(cut.findValuesAsString("whose")).doesNotContain("corp/abe");
    }

    private static void spend(Ledger ledger, Pot pot, long nanoUsd) throws Exception {
        Hold hold = new Hold(
                "c",
                Instant.EPOCH,
                new Payer(DAY, "", "", "", "", "gpt"),
                List.of(new Hold.Claim(pot, NONE, false)),
                Amount.ZERO);
        assertThat(ledger.hold(hold)).isInstanceOf(Ledger.Answer.Held.class);
        ledger.settle(hold, "acme", new Used(1, 0, 0, 0, 0, 0, 0, 0, 0, nanoUsd, 0, 0));
    }

    private JsonNode budgets() throws Exception {
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: acme, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "3", output: "15"}}
                """);
        String sections = """
                prices: {file: prices.yaml}
                budgets: [{name: each, per: user, period: total, limit_usd: "1"}]
                """;
        try (FakeModelServer provider = FakeModelServer.start();
                TestGateway gateway = ModelGateways.in(folder, provider, provider, "", sections)
                        .operator()
                        .start()) {
            return gateway.operate("GET", "/budgets", "").json().path("budgets");
        }
    }
}
