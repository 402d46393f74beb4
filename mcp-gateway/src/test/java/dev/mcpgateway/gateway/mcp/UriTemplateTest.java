package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URIs belong to a template. */
class UriTemplateTest {

    record Row(String template, List<String> belong, List<String> others) {}

    static Stream<Row> rows() {
        return Stream.of(
                new Row(
                        "test://template/{id}/data",
                        List.of("test://template/7/data", "test://template/a%2Fb/data", "test://template/a b/data"),
                        List.of(
                                "test://template//data",
                                "test://template/a/b/data",
                                "test://template/7/data/",
                                "test://template/7/dat",
                                "test://template/7?x/data",
                                "test://template/7#x/data",
                                "TEST://template/7/data",
                                "xtest://template/7/data",
                                "")),
                new Row(
                        "file:///{+path}",
                        List.of("file:///a", "file:///a/b/c.txt", "file:///a?b#c"),
                        List.of("file:///", "file://a")),
                new Row("x:{a}{b}", List.of("x:12", "x:123"), List.of("x:1", "x:")),
                new Row("x:{a,b}", List.of("x:1,2", "x:1"), List.of("x:", "x:1/2")),
                new Row("x:a{#f}", List.of("x:a", "x:a#top", "x:a#a/b?c"), List.of("x:a#", "x:atop", "x:ab#")),
                new Row("x:a{.ext}", List.of("x:a", "x:a.txt"), List.of("x:a.", "x:atxt", "x:a.t/x")),
                new Row("x:a{/b}", List.of("x:a", "x:a/b"), List.of("x:a/", "x:ab", "x:a/b/c", "x:a/b?q")),
                new Row("repo://r{/path*}", List.of("repo://r", "repo://r/a/b"), List.of("repo://r/a?b", "repo://ra")),
                new Row("x:a{/b,c}", List.of("x:a/b/c", "x:a/b"), List.of("x:a/b#c")),
                new Row("x:a{;p}", List.of("x:a", "x:a;p=1"), List.of("x:a;", "x:ap=1", "x:a;p=1/2")),
                new Row("x:a{?q,r}", List.of("x:a", "x:a?q=1&r=2"), List.of("x:a?", "x:aq=1", "x:a?q=1#f")),
                new Row("x:a?k=v{&q}", List.of("x:a?k=v", "x:a?k=v&q=1"), List.of("x:a?k=v&", "x:a?k=vq")),
                new Row("x:{id:3}/y", List.of("x:abc/y"), List.of("x:/y")),
                new Row("x:fixed", List.of("x:fixed"), List.of("x:fixed/", "x:fixe")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatBelongsToATemplateIsWhatItCouldHaveBecome(Row row) {
        UriTemplate template = UriTemplate.parse(row.template()).orElseThrow();

        assertThat(template.text()).isEqualTo(row.template());
        assertThat(row.belong()).allMatch(template::matches);
        assertThat(row.others()).noneMatch(template::matches);
        assertThat(row.belong()).allMatch(template::mayMatch);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{+everything}",
                "{scheme}://x",
                "/path/{x}",
                "x:{",
                "x:}",
                "x:{}",
                "x:{a{b}}",
                "x:{a",
                "x:{=a}",
                "x:{|a}",
                "x:{a b}",
                "x:{a:0}",
                "x:{a:99999}",
                "x:\n{a}",
                "x:{a}{b}{c}{d}{e}{f}{g}{h}{i}"
            })
    void whatIsNoTemplateOrWouldClaimEverythingIsNone(String text) {
        assertThat(UriTemplate.parse(text)).isEmpty();
    }

    @Test
    void whatIsTooLongIsNoTemplateAndBelongsToNone() {
        assertThat(UriTemplate.parse("x:" + "a".repeat(2047))).isEmpty();
        assertThat(UriTemplate.parse("x:{+a}").orElseThrow().matches("x:" + "a".repeat(2046)))
                .isTrue();
        assertThat(UriTemplate.parse("x:{+a}").orElseThrow().matches("x:" + "a".repeat(2047)))
                .isFalse();
    }

    @Test
    void noUriTakesLong() {
        UriTemplate template =
                UriTemplate.parse("x:{+a}a{+b}a{+c}a{+d}a{+e}a{+f}a{+g}a{+h}!").orElseThrow();

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(template.matches("x:" + "a".repeat(2000))).isFalse());
    }

    @Test
    void everyExpansionBelongsToItsTemplate() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder template = new StringBuilder("s:");
            StringBuilder uri = new StringBuilder("s:");
            for (int part = random.nextInt(5); part >= 0; part--) {
                String operator = List.of("", "+", "#", ".", "/", ";", "?", "&").get(random.nextInt(8));
                String value = operator.equals(";") || operator.equals("?") || operator.equals("&") ? "v=" : "";
                value += Integer.toString(random.nextInt(1000), 36);
                boolean defined = operator.isEmpty() || operator.equals("+") || random.nextBoolean();
                template.append("lit").append('{').append(operator).append("v}");
                uri.append("lit").append(defined ? (operator.equals("+") ? "" : operator) + value : "");
            }
            assertThat(UriTemplate.parse(template.toString()).orElseThrow().matches(uri.toString()))
                    .as("seed %d: %s %s", seed, template, uri)
                    .isTrue();
        }
    }
}
