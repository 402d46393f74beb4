package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A member that nobody knows is sent on, told, or the reason for a refusal, wherever in a request it stands. */
class UnknownMemberTest {
    private static final String NAME = "not_known_yet";

    static Stream<RequestTranslationTest.Case> cases() {
        return RequestTranslationTest.cases().filter(RequestTranslationTest.Case::able);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nothingIsDroppedSilently(RequestTranslationTest.Case each) throws JsonRefused {
        byte[] input = Transcripts.read("requests/" + Transcripts.folder(each.ingress()) + "/" + each.name() + ".json");
        JsonDocument document = StrictJson.parse(input, JsonLimits.forRequests(input.length, 64));
        Map<Integer, String> objects = objects(document);
        assertThat(objects).isNotEmpty();
        objects.forEach((object, pointer) -> {
            Splice splice = new Splice(document);
            int at = document.start(object) + 1;
            String separator = document.first(object) == JsonDocument.NONE ? "" : ",";
            splice.replace(at, at, ("\"" + NAME + "\":1" + separator).getBytes(StandardCharsets.UTF_8));

            RequestTranslation result = Translator.between(each.ingress(), each.upstream(), Transcripts.KEY)
                    .request(splice.toBytes(), each.target());

            if (result instanceof RequestTranslation.Translated translated) {
                boolean sent = new String(translated.body(), StandardCharsets.UTF_8).contains(NAME);
                boolean told = translated.told().stream().anyMatch(place -> tells(place, pointer));
                assertThat(sent || told).as("inside %s", pointer).isTrue();
            }
        });
    }

    private static boolean tells(Told told, String object) {
        boolean withAllThatIsInIt = told.why().contains("dropped") || told.why().startsWith("unknown");
        return told.pointer().equals(object + "/" + NAME)
                || (withAllThatIsInIt && !told.pointer().isEmpty() && (object + "/").startsWith(told.pointer() + "/"))
                // reasoning state is told as one
                || (told.why().endsWith("not sent") && object.equals(told.pointer()));
    }

    /** All objects with their places. */
    private static Map<Integer, String> objects(JsonDocument document) {
        Map<Integer, String> places = new LinkedHashMap<>(Map.of(JsonDocument.ROOT, ""));
        Map<Integer, String> objects = new LinkedHashMap<>();
        while (!places.isEmpty()) {
            int node = places.keySet().iterator().next();
            String place = places.remove(node);
            boolean object = document.is(node, Kind.OBJECT);
            if (object) {
                objects.put(node, place);
            }
            if (object || document.is(node, Kind.ARRAY)) {
                int index = 0;
                for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
                    places.put(each, place + "/" + (object ? document.name(each) : Integer.toString(index++)));
                }
            }
        }
        return objects;
    }
}
