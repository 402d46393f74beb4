package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be put down to anybody is not sent, and whoever sends traffic here is told. */
class LedgerDownTest {
    private static final String PRICES = """
            version: 1
            prices:
              - provider: acme
                model: "*"
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", output: "15"}
            """;
    private static final String CHAT = "{\"model\":\"gpt\",\"max_tokens\":10,\"messages\":[]}";

    @TempDir
    Path folder;

    @Test
    void aGatewayWhoseLedgerCouldNotBeWrittenIsNotReadyUntilItIsStartedAgain() throws Exception {
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        try (FakeModelServer provider =
                FakeModelServer.start().on("/chat/completions", turn -> turn.whole("{\"choices\":[]}"))) {
            TestGateway.Builder built = ModelGateways.in(
                            folder, provider, provider, "", "prices: {file: prices.yaml}\n")
                    .operator();
            try (TestGateway gateway = built.start()) {
                assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
                assertThat(gateway.admin("/readyz").status()).isEqualTo(200);
                assertThat(gateway.operate("GET", "/metrics", "").text()).containsPattern("gateway_ledger_open\\S* 1");
                breakLedger(gateway);

                WireAnswer refused = ModelAgent.of(gateway).chat(CHAT);

                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("retry-after")).hasValue("5");
                assertThat(provider.requests()).as("the one before").hasSize(1);
                WireAnswer ready = gateway.admin("/readyz");
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.at("/reasons/0"))
                        .as("what everybody may read names no file")
                        .isEqualTo("ledger: cannot be written, and takes nothing before the gateway is started again");
                assertThat(gateway.operate("GET", "/readyz", "").at("/reasons/0"))
                        .startsWith("ledger: the ledger cannot be written")
                        .contains("Exception");
                assertThat(gateway.admin("/livez").status())
                        .as("a restart is the operator's decision")
                        .isEqualTo(200);
                assertThat(gateway.operate("GET", "/metrics", "").text()).containsPattern("gateway_ledger_open\\S* 0");
            }
            try (TestGateway gateway = built.start()) {
                assertThat(gateway.admin("/readyz").status()).isEqualTo(200);
                assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
                assertThat(gateway.operate("GET", "/usage?by=day", "")
                                .json()
                                .at("/usage/0/calls")
                                .asInt())
                        .isEqualTo(2);
            }
        }
    }

    /** An interrupt of the thread that owns the file closes it, and is an error of the disk to the store. */
    private static void breakLedger(TestGateway gateway) {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ledger"))
                .forEach(Thread::interrupt);
        Await.until(
                "the ledger is down",
                () -> gateway.notReady().stream().anyMatch(reason -> reason.startsWith("ledger: ")));
    }
}
