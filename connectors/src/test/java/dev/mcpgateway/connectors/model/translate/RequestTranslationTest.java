package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kept request, for every provider that it may be translated for. */
class RequestTranslationTest {

    record Case(ModelApi ingress, ModelApi upstream, String name, boolean able) {
        String golden() {
            return "requests/" + Transcripts.folder(ingress) + "/" + name + "." + Transcripts.folder(upstream)
                    + (able ? ".able" : "") + ".txt";
        }

        Target target() {
            return Targets.of(upstream, able);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(ModelApi.values())
                .flatMap(ingress -> Stream.of(ModelApi.values())
                        .filter(upstream -> Translator.isOffered(ingress, upstream))
                        .flatMap(upstream ->
                                Transcripts.names("requests/" + Transcripts.folder(ingress), ".json").stream()
                                        .flatMap(name -> Stream.of(true, false)
                                                .map(able -> new Case(ingress, upstream, name, able)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAsKept(Case each) {
        byte[] input = Transcripts.read("requests/" + Transcripts.folder(each.ingress()) + "/" + each.name() + ".json");

        RequestTranslation request = Translator.between(each.ingress(), each.upstream(), Transcripts.KEY)
                .request(input, each.target());

        Transcripts.compare(
                each.golden(),
                switch (request) {
                    case RequestTranslation.Translated translated -> {
                        assertThat(translated.body().length).isLessThan(3 * input.length + 1024);
                        assertThat(Node.ofRequest(translated.body()).isObject()).isTrue();
                        yield Transcripts.lines(translated.body()) + "--- streamed " + translated.streamed()
                                + ", usage wanted " + translated.usageWanted() + ", told\n"
                                + Transcripts.told(translated.told());
                    }
                    case RequestTranslation.Untranslatable(String pointer, String reason) ->
                        "untranslatable " + pointer + ": " + reason + "\n";
                });
    }

    /** What the tests translate for. */
    static final class Targets {
        private Targets() {}

        static Target of(ModelApi upstream, boolean able) {
            String owner = switch (upstream) {
                case CHAT_COMPLETIONS -> "acme";
                case MESSAGES -> "anthropic";
                case GENERATE_CONTENT -> "google";
                case CONVERSE -> "bedrock-amazon";
                default -> throw new AssertionError();
            };
            return new Target("model-1", owner, 4096, false, able ? Set.of(Feature.values()) : Set.of());
        }
    }
}
