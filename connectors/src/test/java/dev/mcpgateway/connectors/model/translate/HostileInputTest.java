package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.translate.ReplyTranslationTest.Pair;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value of every kept message is replaced by what does not belong there: a result comes out, never an exception. */
class HostileInputTest {
    private static final List<String> INTRUDERS = List.of(
            "null",
            "true",
            "-1",
            "1e999",
            "99999999999999999999999999",
            "\"\"",
            "\"type\"",
            "\"" + "x".repeat(5000) + "\"",
            "[]",
            "[null]",
            "[{}]",
            "{}",
            "{\"type\":\"type\"}",
            "[".repeat(40) + "]".repeat(40));

    private static final int STREAMS_PER_TRANSCRIPT = 150;

    private static List<byte[]> variants(byte[] json) {
        List<byte[]> variants = new ArrayList<>();
        try {
            JsonDocument document = StrictJson.parse(json, JsonLimits.forReplies(json.length, 64));
            for (int node : nodes(document)) {
                for (String intruder : INTRUDERS) {
                    Splice splice = new Splice(document);
                    splice.replace(node, intruder.getBytes(StandardCharsets.UTF_8));
                    variants.add(splice.toBytes());
                }
            }
        } catch (JsonRefused terminal) {
            variants.add("[DON]".getBytes(StandardCharsets.UTF_8));
        }
        return variants;
    }

    private static List<Integer> nodes(JsonDocument document) {
        List<Integer> nodes = new ArrayList<>(List.of(JsonDocument.ROOT));
        for (int i = 0; i < nodes.size(); i++) {
            int node = nodes.get(i);
            if (document.is(node, JsonDocument.Kind.OBJECT) || document.is(node, JsonDocument.Kind.ARRAY)) {
                for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                    nodes.add(child);
                }
            }
        }
        return nodes;
    }

    static Stream<RequestTranslationTest.Case> requests() {
        return RequestTranslationTest.cases();
    }

    static Stream<Pair> replies() {
        return ReplyTranslationTest.pairs();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestIsTranslatedOrRefused(RequestTranslationTest.Case each) {
        Translator translator = Translator.between(each.ingress(), each.upstream(), Transcripts.KEY);
        byte[] input = Transcripts.read("requests/" + Transcripts.folder(each.ingress()) + "/" + each.name() + ".json");
        for (byte[] variant : variants(input)) {
            if (translator.request(variant, each.target()) instanceof RequestTranslation.Translated translated) {
                assertThat(Node.ofRequest(translated.body()).isObject()).isTrue();
                assertThat(translated.body().length).isLessThan(3 * variant.length + 1024);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("replies")
    void aReplyIsTranslatedOrMalformed(Pair pair) {
        for (byte[] variant : variants(pair.whole())) {
            ReplyTranslation reply = pair.translator().reply(variant, pair.served());
            if (reply instanceof ReplyTranslation.Translated translated) {
                assertThat(Seen.whole(pair.ingress(), translated.body())).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("replies")
    void aStreamEndsCompleteOrFailed(Pair pair) {
        List<Event> events = pair.events();
        Random random = new Random(pair.name().hashCode());
        for (int i = 0; i < STREAMS_PER_TRANSCRIPT; i++) {
            int at = random.nextInt(events.size());
            List<byte[]> variants = variants(events.get(at).data());
            byte[] variant = variants.get(random.nextInt(variants.size()));
            StreamTranslation stream = pair.translator().stream(pair.served());
            List<Event> out = new ArrayList<>();
            for (int j = 0; j < events.size(); j++) {
                byte[] data = j == at ? variant : events.get(j).data();
                out.addAll(stream.next(new Event(events.get(j).type(), data)));
            }
            out.addAll(stream.end());

            assertThat(stream.state()).isNotEqualTo(StreamTranslation.State.OPEN);
            if (stream.state() == StreamTranslation.State.COMPLETE) {
                assertThat(Seen.folded(pair.ingress(), out)).isNotNull();
            } else {
                assertThat(out)
                        .noneMatch(event -> Arrays.equals(event.data(), "[DONE]".getBytes(StandardCharsets.UTF_8)));
            }
        }
    }
}
