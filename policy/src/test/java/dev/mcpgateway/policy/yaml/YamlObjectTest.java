package dev.mcpgateway.policy.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class YamlObjectTest {

    private final Problems problems = new Problems();

    private enum Colour {
        RED,
        DARK_BLUE
    }

    private YamlObject object(String yaml) {
        return YamlValue.of(YamlReaderTest.tree(yaml), problems).object();
    }

    private List<String> said() {
        return problems.list().stream().map(Problem::render).toList();
    }

    @Test
    void typedValuesAreRead() {
        YamlObject object = object("t: x\ni: 5\nf: true\nc: dark_blue\nl: [a, b]\none: a\no: {k: v}\nms: 250\ns: 2");

        assertThat(object.text("t")).isEqualTo("x");
        assertThat(object.integer("i", 1, 10, 7)).isEqualTo(5);
        assertThat(object.flag("f", false)).isTrue();
        assertThat(object.choice("c", Colour.class, Colour.RED)).isEqualTo(Colour.DARK_BLUE);
        assertThat(object.texts("l")).containsExactly("a", "b");
        assertThat(object.texts("one")).containsExactly("a");
        assertThat(object.object("o").orElseThrow().text("k")).isEqualTo("v");
        assertThat(object.millis("ms", Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO))
                .isEqualTo(Duration.ofMillis(250));
        assertThat(object.seconds("s", Duration.ZERO, Duration.ofSeconds(9), Duration.ZERO))
                .isEqualTo(Duration.ofSeconds(2));
        object.rejectUnknownKeys();
        assertThat(said()).isEmpty();
    }

    @Test
    void whatIsLeftOutHasItsFallback() {
        YamlObject object = object("n: null\ne:\n");

        assertThat(object.text("t", "x")).isEqualTo("x");
        assertThat(object.text("n", "x")).isEqualTo("x");
        assertThat(object.integer("e", 1, 10, 7)).isEqualTo(7);
        assertThat(object.flag("f", true)).isTrue();
        assertThat(object.choice("c", Colour.class, Colour.RED)).isEqualTo(Colour.RED);
        assertThat(object.texts("l")).isEmpty();
        assertThat(object.objects("os")).isEmpty();
        assertThat(object.named("m")).isEmpty();
        assertThat(object.has("n")).isTrue();
        assertThat(object.has("z")).isFalse();
        assertThat(said()).isEmpty();
    }

    @Test
    void everyWrongValueIsNamedFromTopToBottomAndReadingGoesOn() {
        YamlObject object = object("t: 5\ni: x\nj: 11\nk: 1.5\nf: yes\nc: blue\nl: [a, 1]\no: 3\n");

        object.text("t");
        object.text("missing");
        object.integer("i", 1, 10, 1);
        object.integer("j", 1, 10, 1);
        object.integer("k", 1, 10, 1);
        object.flag("f", false);
        object.choice("c", Colour.class, Colour.RED);
        object.texts("l");
        object.object("o");

        assertThat(said())
                .containsExactly(
                        "p.yaml:1:1: key 'missing' is missing.",
                        "p.yaml:1:4: it must be text, not a number (at /t). Put it in quotes",
                        "p.yaml:2:4: it must be a whole number, not text (at /i).",
                        "p.yaml:3:4: it must be a whole number from 1 to 10 (at /j).",
                        "p.yaml:4:4: it must be a whole number from 1 to 10 (at /k).",
                        "p.yaml:5:4: it must be true or false, not text (at /f).",
                        "p.yaml:6:4: 'blue' is none of red, dark_blue (at /c).",
                        "p.yaml:7:8: it must be text, not a number (at /l/1). Put it in quotes",
                        "p.yaml:8:4: it must be a mapping, not a number (at /o).");
    }

    @Test
    void unknownKeysAreReportedWithWhatMayHaveBeenMeant() {
        YamlObject object = object("lisen: {}\nadmin: {}\nzzz: 1");

        object.object("listen");
        object.object("admin");
        object.rejectUnknownKeys();

        assertThat(said())
                .containsExactly(
                        "p.yaml:1:1: unknown key 'lisen' (at /lisen). Did you mean 'listen'?",
                        "p.yaml:3:1: unknown key 'zzz' (at /zzz). Known keys here: admin, listen");
    }

    @Test
    void namedObjectsKeepTheirOrder() {
        Map<String, YamlValue> upstreams =
                object("upstreams: {files: {a: 1}, crm: {a: 2}}").named("upstreams");

        assertThat(upstreams.keySet()).containsExactly("files", "crm");
        assertThat(upstreams.values())
                .extracting(value -> value.object().integer("a", 0, 9, 0))
                .containsExactly(1L, 2L);
    }

    @Test
    void oneOfSeveralFormsIsReadAsTextOrAsAMapping() {
        Set<String> forms = Set.of("none", "static");
        YamlObject object = object("a: none\nb: {static: {header: X}}\nc: nome\nd: {static: 1, none: 2}\ne: [none]");

        assertThat(object.required("a").flatMap(value -> value.variant(forms)))
                .hasValueSatisfying(variant -> assertThat(variant.body()).isEmpty());
        assertThat(object.required("b").flatMap(value -> value.variant(forms))).hasValueSatisfying(variant -> {
            assertThat(variant.name()).isEqualTo("static");
            assertThat(variant.body().orElseThrow().object().text("header")).isEqualTo("X");
        });
        for (String key : List.of("c", "d", "e")) {
            assertThat(object.required(key).flatMap(value -> value.variant(forms)))
                    .isEmpty();
        }
        assertThat(said())
                .containsExactly(
                        "p.yaml:3:4: 'nome' is none of none, static (at /c). Did you mean 'none'?",
                        "p.yaml:4:4: it must be one of none, static, as text or as a mapping with that one key (at /d).",
                        "p.yaml:5:4: it must be one of none, static, as text or as a mapping with that one key (at /e).");
    }

    @Test
    void aKeyThatCannotBeObeyedIsRefusedWhateverItsValue() {
        YamlObject object = object("when: []\n");

        object.refuse("when", "'when' is not supported yet", "Remove it");
        object.refuse("cel", "'cel' is not supported yet", "Remove it");
        object.rejectUnknownKeys();

        assertThat(said()).containsExactly("p.yaml:1:1: 'when' is not supported yet (at /when). Remove it");
    }

    @Test
    void spellingFindsOnlyWhatIsNear() {
        Set<String> known = Set.of("groups", "issuer", "client_id");

        assertThat(Spelling.nearest("group", known)).contains("groups");
        assertThat(Spelling.nearest("isseur", known)).contains("issuer");
        assertThat(Spelling.nearest("clientid", known)).contains("client_id");
        assertThat(Spelling.nearest("tenant", known)).isEmpty();
        assertThat(Spelling.nearest("x", known)).isEmpty();
        assertThat(Spelling.nearest("g".repeat(100_000), Set.of("g".repeat(100_001))))
                .isEmpty();
    }
}
