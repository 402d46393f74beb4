package dev.mcpgateway.connectors.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of others: what is no description is refused in words, whatever it costs to read it. */
class DescriptionTest {
    private static String json(String yaml) throws DescriptionRefused {
        return new String(
                YamlToJson.convert(yaml.getBytes(StandardCharsets.UTF_8), 10_000, 50), StandardCharsets.UTF_8);
    }

    private static String why(String text) {
        return catchThrowableOfType(DescriptionRefused.class, () -> Descriptions.read(text))
                .why();
    }

    @Test
    void yamlBecomesTheJsonThatItSays() throws Exception {
        assertThat(json("""
                a: 1.10
                b: [true, ~, 'true', "x\\ny", 0123, 12:30, yes, -3e5, .5]
                200: {c: }
                d: |
                  two
                  lines
                e: 2024-01-01
                """))
                .isEqualTo("{\"a\":1.10,\"b\":[true,null,\"true\",\"x\\ny\",\"0123\",\"12:30\",\"yes\",-3e5,\".5\"],"
                        + "\"200\":{\"c\":null},\"d\":\"two\\nlines\\n\",\"e\":\"2024-01-01\"}");
    }

    @Test
    void anAliasIsWrittenOut() throws Exception {
        assertThat(json("a: &x {b: &y [1]}\nc: *x\nd: *y\ne: &z text\nf: *z"))
                .isEqualTo("{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[1],\"e\":\"text\",\"f\":\"text\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\n---\nb: 2",
                "a: !!binary aGk=",
                "? [a]\n: b",
                "a: {b: 1, <<: {c: 2}}",
                "a: &x [*x]",
                "a: [1",
                "a: b: c",
                "*x : 1",
                "a: *unknown"
            })
    void whatJsonCannotSayIsRefused(String yaml) {
        assertThatThrownBy(() -> json(yaml)).isInstanceOf(DescriptionRefused.class);
    }

    @Test
    void aliasesThatMultiplyRunIntoTheBound() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            for (int j = 0; j < 10; j++) {
                bomb.append(j == 0 ? "*a" : ",*a").append(i - 1);
            }
            bomb.append("]\n");
        }

        assertThatThrownBy(() -> json(bomb.toString()))
                .isInstanceOf(DescriptionRefused.class)
                .hasMessageContaining("aliases");
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertThat(why("[".repeat(100_000))).contains("nest");
        assertThat(why("{\"a\":".repeat(100_000))).contains("nest");
        assertThat(why("a: " + "{a: ".repeat(100_000))).contains("nest");
    }

    @Test
    void whatIsNoDescriptionIsRefusedInWords() {
        assertThat(why("")).contains("JSON");
        assertThat(why("just text")).contains("openapi");
        assertThat(why("{}")).contains("openapi");
        assertThat(why("{\"swagger\":\"2.0\"}")).contains("3.0.x or 3.1.x");
        assertThat(why("openapi: 3.2.0")).contains("3.0.x or 3.1.x");
        assertThat(why("{\"openapi\":\"3.0.0\",\"openapi\":\"3.1.0\"}")).contains("duplicate");
        assertThat(why("openapi: 3.0.0\npaths: {}\npaths: {}")).contains("duplicate");
        assertThat(why("{\"openapi\":\"3.0.0\"")).contains("JSON");
        assertThat(why("openapi: 3.0.0\ninfo: \u0001")).contains("YAML");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] bytes = "openapi: 3.0.0\ninfo: '\u00e9'".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Description.read(bytes)).isInstanceOf(DescriptionRefused.class);
    }

    @Test
    void aFileBeyondTheBoundIsNotRead() {
        assertThatThrownBy(() -> Description.read(new byte[Description.BYTES_MAX + 1]))
                .isInstanceOf(DescriptionRefused.class);
    }

    private static final String REFERRING = "components: {schemas: {'a/b~c d': {x: [10, 20]}}}\n";

    @Test
    void aReferenceLeadsToAPlaceInTheSameText() throws Exception {
        Description description = Descriptions.read(Descriptions.yaml(REFERRING));

        int node = description.target("#/components/schemas/a~1b~0c%20d/x/1");

        assertThat(description.document().raw(node)).isEqualTo("20");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#/components/schemas/none",
                "#/components/schemas/a~1b~0c%20d/x/2",
                "#/components/schemas/a~1b~0c%20d/x/-1",
                "#/components/schemas/a~1b~0c%20d/x/01",
                "#/info/title/deeper",
                "#",
                "#anchor",
                "#/%zz",
                "",
                "other.yaml#/a",
                "http://127.0.0.1:1/a.yaml",
                "file:///etc/passwd",
                "/etc/passwd"
            })
    void everyOtherReferenceLeadsNowhere(String reference) throws Exception {
        Description description = Descriptions.read(Descriptions.yaml(REFERRING));

        assertThatThrownBy(() -> description.target(reference)).isInstanceOf(Unusable.class);
    }

    @Test
    void referencesInACircleAreNoReference() throws Exception {
        Description description = Descriptions.read(
                Descriptions.yaml(
                        "components: {parameters: {a: {$ref: '#/components/parameters/b'}, b: {$ref: '#/components/parameters/a'}}}\n"));
        int node = description.target("#/components/parameters/a");

        assertThatThrownBy(() -> description.dereferenced(node)).isInstanceOf(Unusable.class);
    }
}
