package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kept reply of every provider, for every protocol that an agent may speak to it. */
class ReplyTranslationTest {

    record Pair(ModelApi ingress, ModelApi upstream, String name) {
        Translator translator() {
            return Translator.between(ingress, upstream, Transcripts.KEY);
        }

        Served served() {
            return Transcripts.served(upstream);
        }

        byte[] whole() {
            return Transcripts.read("replies/" + Transcripts.folder(upstream) + "/" + name + ".json");
        }

        List<Event> events() {
            return Transcripts.events(
                    Transcripts.read("replies/" + Transcripts.folder(upstream) + "/" + name + ".sse"));
        }

        String golden() {
            return "replies/" + Transcripts.folder(upstream) + "/" + name + "." + Transcripts.folder(ingress) + ".txt";
        }
    }

    static Stream<Pair> pairs() {
        return Stream.of(ModelApi.values())
                .flatMap(upstream -> Stream.of(ModelApi.values())
                        .filter(ingress -> Translator.isOffered(ingress, upstream))
                        .flatMap(ingress ->
                                Transcripts.names("replies/" + Transcripts.folder(upstream), ".json").stream()
                                        .map(name -> new Pair(ingress, upstream, name))));
    }

    private static ReplyTranslation.Translated whole(Pair pair) {
        ReplyTranslation reply = pair.translator().reply(pair.whole(), pair.served());
        assertThat(reply).isInstanceOf(ReplyTranslation.Translated.class);
        return (ReplyTranslation.Translated) reply;
    }

    private static List<Event> translate(StreamTranslation stream, List<Event> events) {
        List<Event> translated = new ArrayList<>();
        events.forEach(event -> translated.addAll(stream.next(event)));
        translated.addAll(stream.end());
        return translated;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void isAsKept(Pair pair) {
        ReplyTranslation.Translated whole = whole(pair);
        StreamTranslation stream = pair.translator().stream(pair.served());
        List<Event> events = translate(stream, pair.events());

        StringBuilder kept = new StringBuilder(Transcripts.lines(whole.body()));
        kept.append("--- told\n").append(Transcripts.told(whole.told()));
        kept.append("--- stream\n");
        for (Event event : events) {
            if (!event.type().equals("message")) {
                kept.append("event: ").append(event.type()).append('\n');
            }
            kept.append("data: ")
                    .append(new String(event.data(), StandardCharsets.UTF_8))
                    .append("\n\n");
        }
        kept.append("--- told\n").append(Transcripts.told(stream.told()));
        Transcripts.compare(pair.golden(), kept.toString());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aStreamPutTogetherIsTheWholeReply(Pair pair) {
        ReplyTranslation.Translated whole = whole(pair);
        StreamTranslation stream = pair.translator().stream(pair.served());
        List<Event> events = translate(stream, pair.events());

        assertThat(stream.state()).as(stream.failure()).isEqualTo(StreamTranslation.State.COMPLETE);
        assertThat(Seen.folded(pair.ingress(), events)).isEqualTo(Seen.whole(pair.ingress(), whole.body()));
        assertThat(stream.usage()).isEqualTo(whole.usage()).isPresent();
        assertThat(stream.stop()).contains(whole.stop());
        assertThat(stream.model()).isEqualTo(whole.model());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aStreamCutAnywhereEndsAsAFailureAndWithoutTheTerminalEvent(Pair pair) {
        List<Event> all = pair.events();
        for (int cut = 0; cut < all.size(); cut++) {
            StreamTranslation stream = pair.translator().stream(pair.served());
            List<Event> events = translate(stream, all.subList(0, cut));

            assertThat(stream.state()).as("cut at " + cut).isEqualTo(StreamTranslation.State.FAILED);
            assertThat(stream.failure()).isNotEmpty();
            assertThat(events).noneMatch(ReplyTranslationTest::isTerminal);
            String last = new String(events.getLast().data(), StandardCharsets.UTF_8);
            assertThat(last).contains("error");
            assertThat(stream.next(all.getLast())).isEmpty();
            assertThat(stream.end()).isEmpty();
        }
    }

    private static boolean isTerminal(Event event) {
        return List.of("message_stop", "response.completed", "response.incomplete")
                        .contains(event.type())
                || Arrays.equals(event.data(), "[DONE]".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatComesOutIsASmallMultipleOfWhatCameIn(Pair pair) {
        StreamTranslation stream = pair.translator().stream(pair.served());
        long in = 0;
        for (Event event : pair.events()) {
            in += event.data().length + 100;
        }
        long out = translate(stream, pair.events()).stream()
                .mapToLong(event -> event.data().length)
                .sum();

        assertThat(out).isLessThan(8 * in + 4096);
        assertThat(whole(pair).body().length).isLessThan(4 * pair.whole().length + 2048);
    }
}
