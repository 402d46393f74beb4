package dev.mcpgateway.policy.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class YamlReaderTest {

    static YamlNode tree(String yaml) {
        return switch (read(yaml)) {
            case YamlRead.Tree(YamlNode root) -> root;
            case YamlRead.Refused(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static YamlRead read(String yaml) {
        return YamlReader.read("p.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> problems(String yaml) {
        return problems(yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> problems(byte[] yaml) {
        return switch (YamlReader.read("p.yaml", yaml)) {
            case YamlRead.Tree(YamlNode root) -> throw new AssertionError("accepted: " + root);
            case YamlRead.Refused(List<Problem> problems) ->
                problems.stream().map(Problem::render).toList();
        };
    }

    @Test
    void jsonValuesAreReadWithTheirTypes() {
        assertThat(tree("a: text\nb: 5\nc: -1.10\nd: true\ne: null\nf:\ng: [1, 'x']\nh: {k: v}\n")
                        .toJson()
                        .toString())
                .isEqualTo(
                        "{\"a\":\"text\",\"b\":5,\"c\":-1.10,\"d\":true,\"e\":null,\"f\":null,\"g\":[1,\"x\"],\"h\":{\"k\":\"v\"}}");
    }

    @Test
    void quotedTextAndBlocksAreText() {
        assertThat(tree("a: '5'\nb: \"t\\u00e9\"\nc: |\n  two\n  lines\nd: >\n  one\n  line\ne: 'null'\n")
                        .toJson()
                        .toString())
                .isEqualTo("{\"a\":\"5\",\"b\":\"té\",\"c\":\"two\\nlines\\n\",\"d\":\"one line\\n\",\"e\":\"null\"}");
    }

    @Test
    void valuesKnowLineColumnAndPointer() {
        YamlNode.Mapping root = (YamlNode.Mapping) tree("# head\nrules:\n  - id: x\n    a/b~c: [1, 2]\n");
        YamlNode.Sequence rules = (YamlNode.Sequence) member(root, "rules").value();
        YamlNode.Mapping rule = (YamlNode.Mapping) rules.items().getFirst();
        YamlNode.Sequence list = (YamlNode.Sequence) member(rule, "a/b~c").value();

        assertThat(member(root, "rules").key()).isEqualTo(new Position("p.yaml", 2, 1, "/rules"));
        assertThat(rule.position()).isEqualTo(new Position("p.yaml", 3, 5, "/rules/0"));
        assertThat(member(rule, "a/b~c").key()).isEqualTo(new Position("p.yaml", 4, 5, "/rules/0/a~1b~0c"));
        assertThat(list.items().get(1).position()).isEqualTo(new Position("p.yaml", 4, 16, "/rules/0/a~1b~0c/1"));
    }

    private static YamlNode.Member member(YamlNode.Mapping mapping, String key) {
        return Objects.requireNonNull(mapping.members().get(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment\n", "---\n", "null"})
    void anEmptyFileIsAnEmptyValue(String yaml) {
        assertThat(tree(yaml).toJson().isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a: &x 1'            | p.yaml:1:4: anchors",
                "'&x a: 1'            | p.yaml:1:1: anchors",
                "'a: &x [1]'          | p.yaml:1:4: anchors",
                "'a: *x'              | p.yaml:1:4: aliases",
                "'a: [*x]'            | p.yaml:1:5: aliases",
                "'a: !!str 5'         | p.yaml:1:4: tags",
                "'a: !own {b: 1}'     | p.yaml:1:4: tags",
                "'!own a: 1'          | p.yaml:1:1: tags",
                "'!!map {a: 1}'       | p.yaml:1:1: tags",
                "'a: ! x'             | p.yaml:1:4: tags",
                "'<<: {a: 1}'         | p.yaml:1:1: merge keys",
                "'%YAML 1.1\n---\na: 1' | p.yaml:1:1: directives",
                "'%TAG ! !x\n---\na: 1' | p.yaml:1:1: directives",
                "'a: 1\n---\nb: 2'    | p.yaml:2:1: the file holds a second document",
                "'a: 1\nb: 2\na: 3'   | p.yaml:3:1: key 'a' is repeated (at /a). It stands first in line 1",
                "'\"a\": 1\n''a'': 2' | p.yaml:2:1: key 'a' is repeated",
                "'? [a]\n: 1'         | p.yaml:1:3: a key must be a word",
                "'*x : 1'             | p.yaml:1:1: a key must be a word",
                "'a: .inf'            | p.yaml:1:4: the number is not finite",
                "'a: -.INF'           | p.yaml:1:4: the number is not finite",
                "'a: .nan'            | p.yaml:1:4: the number is not finite",
                "'a: 1e999'           | p.yaml:1:4: the number is out of range",
                "'a: 1e-999999999999' | p.yaml:1:4: the number is out of range",
                "'a: [1, 2'           | p.yaml:1:9: the YAML is malformed",
                "'a:\n\tb: 1'         | p.yaml:2:1: the YAML is malformed",
                "'a: b: c'            | p.yaml:1:5: the YAML is malformed"
            })
    void whatOtherReadersCouldReadOtherwiseIsRefusedWithItsPlace(String yaml, String problem) {
        assertThat(problems(yaml.replace("\\n", "\n"))).first().asString().startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a:\\n  b: 1\\n   c: 2 | Is the line indented like the others of its mapping",
                "a:\\n  b: 1\\n c: 2 | Is the line indented like the others of its mapping",
                "a:\\n\\tb: 1 | Indent by blanks",
                "a: b: c | A value with ': ' in it needs quotes"
            })
    void slipsOfTheHandAreToldInWordsOfTheWriter(String yaml, String hint) {
        assertThat(problems(yaml.replace("\\n", "\n").replace("\\t", "\t")))
                .first()
                .asString()
                .contains("the YAML is malformed")
                .contains(hint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "~", "Null", "NULL", "True", "FALSE", "010", "0x1F", "0o17", "0b1", "1_000", "+5", ".5", "5.", "1:30",
                "00", "-010", "1_0.5", "+1e3"
            })
    void wordsThatMeanDifferentThingsToDifferentReadersAreRefused(String word) {
        assertThat(problems("a: " + word)).singleElement().asString().startsWith("p.yaml:1:4: '" + word + "' means");
        assertThat(tree("a: '" + word + "'").toJson().get("a").stringValue()).isEqualTo(word);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yes",
                "no",
                "on",
                "off",
                "2026-11-01",
                "2026-11-01T00:00:00Z",
                "1.2.3",
                "10.0.0.0/8",
                "127.0.0.1:80",
                "files__*",
                "a:b",
                "1e",
                "_1",
                "0xZZ",
                "x~"
            })
    void wordsThatAreTextInYaml12AreText(String word) {
        assertThat(tree("a: " + word).toJson().get("a").stringValue()).isEqualTo(word);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-0,-0",
        "5,5",
        "-5,-5",
        "1.10,1.10",
        "1e3,1e3",
        "12345678901234567890123,12345678901234567890123",
        "-1.5E-3,-1.5E-3"
    })
    void numbersAreExact(String written, String same) {
        assertThat(tree("a: " + written).toJson().get("a").decimalValue()).isEqualTo(new java.math.BigDecimal(same));
    }

    @Test
    void everyFaultIsNamedInOneGo() {
        assertThat(problems("a: &x 1\nb: *x\nc: !t 1\nd: 0x1\nd: 2\n<<: 3\n"))
                .extracting(line -> line.substring(0, line.indexOf(": ")))
                .containsExactly("p.yaml:1:4", "p.yaml:2:4", "p.yaml:3:4", "p.yaml:4:4", "p.yaml:5:1", "p.yaml:6:1");
    }

    @Test
    void depthIsBounded() {
        assertThat(tree("[".repeat(32) + "]".repeat(32)).toJson()).isNotEmpty();
        assertThat(problems("[".repeat(33) + "]".repeat(33)))
                .singleElement()
                .asString()
                .contains("deeper than 32");
        assertThat(problems("[".repeat(500_000))).isNotEmpty();
        assertThat(problems("{a: ".repeat(100_000))).isNotEmpty();
        assertThat(problems("- ".repeat(500_000))).isNotEmpty();
    }

    @Test
    void bytesAreBounded() {
        byte[] most = ("#" + "x".repeat(YamlReader.BYTES_MAX - 1)).getBytes(StandardCharsets.US_ASCII);
        byte[] more = ("#" + "x".repeat(YamlReader.BYTES_MAX)).getBytes(StandardCharsets.US_ASCII);

        assertThat(YamlReader.read("p.yaml", most)).isInstanceOf(YamlRead.Tree.class);
        assertThat(problems(more)).containsExactly("p.yaml: the file has more than 1048576 bytes. Split it");
    }

    @Test
    void onlyPlainUtf8IsRead() {
        assertThat(problems(new byte[] {'a', ':', ' ', (byte) 0xC3}))
                .singleElement()
                .asString()
                .contains("not UTF-8");
        assertThat(problems("a: 1".getBytes(StandardCharsets.UTF_16)))
                .singleElement()
                .asString()
                .contains("not UTF-8");
        assertThat(problems("a: 1".getBytes(StandardCharsets.UTF_16LE))).isNotEmpty();
        assertThat(problems("\uFEFFa: 1")).singleElement().asString().contains("byte order mark");
        assertThat(problems("a: \u0007")).singleElement().asString().startsWith("p.yaml:1:4: character U+0007");
    }

    @Test
    void aProblemStaysOnOneLine() {
        assertThat(problems("\"k\\nx: \\u001b[31m\\u2028\": 1\n\"k\\nx: \\u001b[31m\\u2028\": 2"))
                .singleElement()
                .asString()
                .doesNotContain("\n", "\u001b", "\u2028")
                .contains("k\\u000ax: \\u001b[31m\\u2028");
    }

    @Test
    void problemsAreCapped() {
        List<String> problems = problems("- .inf\n".repeat(1000));

        assertThat(problems).hasSize(Problems.PROBLEMS_MAX + 1);
        assertThat(problems.getLast()).isEqualTo("p.yaml: 800 more problems are not shown. Repair these first");
    }

    @Test
    void noInputMakesTheReaderThrow() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("YamlReaderTest.noInputMakesTheReaderThrow seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String[] pieces = {
            "a",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "\n",
            "  ",
            "&x ",
            "*x",
            "!t ",
            "|",
            ">",
            "'",
            "\"",
            "? ",
            "---",
            "...",
            "%",
            "#",
            "<<",
            "\t",
            "~",
            "1e9",
            "\\",
            "\u0000",
            "é",
            "\uD83D\uDE00",
            "@",
            "`",
            ": [",
            "? - "
        };
        for (int i = 0; i < 5_000; i++) {
            StringBuilder yaml = new StringBuilder();
            for (int n = random.nextInt(25); n >= 0; n--) {
                yaml.append(pieces[random.nextInt(pieces.length)]);
            }
            assertThat(read(yaml.toString())).as(yaml.toString()).isNotNull();
        }
    }
}
