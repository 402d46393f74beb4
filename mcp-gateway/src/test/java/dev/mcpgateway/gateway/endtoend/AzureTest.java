package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's models at Azure, at its newer paths and at the older ones, which name the deployment. */
class AzureTest {
    private static final String ANSWER = "{\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}";

    @TempDir
    Path folder;

    @Test
    void theKeyIsAzuresAndThePathsAreThoseOfTheConfiguredForm() throws Exception {
        try (FakeModelServer azure = FakeModelServer.start();
                TestGateway gateway = ModelGateways.ofAzure(folder, azure).start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            String older = "/openai/deployments/my%20deployment/";
            String version = "?api-version=2024-10-21";
            azure.on("/openai/v1/chat/completions", turn -> turn.whole(ANSWER));
            azure.on(older + "chat/completions" + version, turn -> turn.whole(ANSWER));
            azure.on(older + "embeddings" + version, turn -> turn.whole(ANSWER));
            azure.on("/openai/responses" + version, turn -> turn.whole(ANSWER));

            assertThat(alice.chat("{\"model\":\"gpt\",\"x\":1.0}").text()).isEqualTo(ANSWER);
            assertThat(alice.chat("{\"model\":\"claude\"}").text()).isEqualTo(ANSWER);
            assertThat(alice.ask(alice.post("/v1/embeddings", "{\"model\":\"claude\"}"))
                            .text())
                    .isEqualTo(ANSWER);
            assertThat(alice.ask(alice.post("/v1/responses", "{\"model\":\"claude\"}"))
                            .text())
                    .isEqualTo(ANSWER);
            assertThat(azure.requests()).allSatisfy(sent -> {
                assertThat(sent.header("api-key")).contains(ModelGateways.OPENAI_KEY);
                assertThat(sent.header("authorization")).isEmpty();
            });
            assertThat(azure.requests().getFirst().text()).isEqualTo("{\"model\":\"m\",\"x\":1.0}");
        }
    }
}
