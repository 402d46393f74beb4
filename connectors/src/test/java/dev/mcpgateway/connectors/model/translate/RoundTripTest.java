package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What messages and chat completions can both say comes back byte for byte, and nothing of it is told. */
class RoundTripTest {
    private static final long CONVERSATIONS = 400;
    private static final Target TARGET = new Target("m", "anthropic", 9, true, Set.of(Feature.values()));

    static LongStream seeds() {
        return LongStream.range(0, CONVERSATIONS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aRequestSurvivesTheWayThereAndBack(long seed) {
        byte[] request = new Conversation(new Random(seed), true).request();

        byte[] chat =
                translated(Translator.between(ModelApi.MESSAGES, ModelApi.CHAT_COMPLETIONS, Transcripts.KEY), request);
        byte[] back =
                translated(Translator.between(ModelApi.CHAT_COMPLETIONS, ModelApi.MESSAGES, Transcripts.KEY), chat);

        assertThat(new String(back, StandardCharsets.UTF_8)).isEqualTo(new String(request, StandardCharsets.UTF_8));
    }

    private static byte[] translated(Translator translator, byte[] request) {
        RequestTranslation result = translator.request(request, TARGET);
        assertThat(result).isInstanceOf(RequestTranslation.Translated.class);
        RequestTranslation.Translated translated = (RequestTranslation.Translated) result;
        assertThat(translated.told()).isEmpty();
        return translated.body();
    }
}
