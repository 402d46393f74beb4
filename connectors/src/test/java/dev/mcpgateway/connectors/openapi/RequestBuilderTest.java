package dev.mcpgateway.connectors.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.wire.JsonText;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each argument arrives exactly where the description puts it, or nothing is sent (T36). */
class RequestBuilderTest {
    private static final RequestBuilder BUILDER = new RequestBuilder(URI.create("https://api.example.com/v1"), false);
    private static final RequestBuilder WITH_SLASHES =
            new RequestBuilder(URI.create("https://api.example.com/v1/"), true);

    private static String target(String parameters, String arguments) throws Exception {
        return Descriptions.request(BUILDER, Descriptions.operation("get", "/pets", parameters), arguments)
                .target();
    }

    private static String path(String value) throws Exception {
        return path(BUILDER, value);
    }

    private static String path(RequestBuilder builder, String value) throws Exception {
        Operation operation = Descriptions.operation(
                "get", "'/pets/{id}/toys'", "[{name: id, in: path, required: true, schema: {type: string}}]");
        return Descriptions.request(builder, operation, "{\"id\":" + quoted(value) + "}")
                .target();
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    private static String query(String more) {
        return "[{name: p, in: query, " + more + "}]";
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "schema: {type: string} => {\"p\":\"a b&c=d#e?f\"} => p=a%20b%26c%3Dd%23e%3Ff",
                "schema: {type: string} => {\"p\":\"é€😀\"} => p=%C3%A9%E2%82%AC%F0%9F%98%80",
                "schema: {type: string} => {\"p\":\"\"} => p=",
                "schema: {type: integer} => {\"p\":123456789012345678901234567890} => p=123456789012345678901234567890",
                "schema: {type: number} => {\"p\":1.10} => p=1.10",
                "schema: {type: boolean} => {\"p\":true} => p=true",
                "'schema: {type: array, items: {type: string}}' => {\"p\":[\"a&b\",\"c,d\"]} => p=a%26b&p=c%2Cd",
                "'explode: false, schema: {type: array, items: {}}' => {\"p\":[\"a,b\",1]} => p=a%2Cb,1",
                "'explode: false, schema: {type: object}' => {\"p\":{\"k&\":1,\"l\":\"x=y\"}} => p=k%26,1,l,x%3Dy",
                "'style: spaceDelimited, explode: false, schema: {type: array, items: {}}' => {\"p\":[\"a\",\"b\"]} => p=a%20b",
                "'style: pipeDelimited, explode: false, schema: {type: array, items: {}}' => {\"p\":[\"a\",\"b\"]} => p=a%7Cb",
                "'style: deepObject, schema: {type: object}' => {\"p\":{\"gt\":1,\"in\":[\"a\"]}} => p%5Bgt%5D=1&p%5Bin%5D%5B0%5D=a",
                "'content: {application/json: {schema: {}}}' => {\"p\":{\"a\": [1.0]}} => p=%7B%22a%22%3A%20%5B1.0%5D%7D",
                "'allowReserved: true, schema: {type: string}' => {\"p\":\"/?&\"} => p=%2F%3F%26"
            })
    void aQueryArgumentIsWrittenInItsStyle(String parameter, String arguments, String written) throws Exception {
        assertThat(target(query(parameter), arguments)).isEqualTo("/v1/pets?" + written);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "'style: pipeDelimited, explode: false, schema: {}' => {\"p\":[\"a|b\"]}",
                "'style: spaceDelimited, explode: false, schema: {}' => {\"p\":[\"a b\"]}",
                "'style: deepObject, schema: {type: object}' => {\"p\":{\"a]&admin[\":1}}",
                "'style: deepObject, schema: {type: object}' => {\"p\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":1}}}}}}}}",
                "'schema: {}' => {\"p\":{\"admin\":true}}",
                "'schema: {}' => {\"p\":[[1]]}",
                "'schema: {}' => {\"p\":[null]}",
                "'required: true, schema: {}' => {}",
                "'required: true, schema: {}' => {\"p\":null}"
            })
    void whatAStyleCannotSayIsRefused(String parameter, String arguments) {
        assertThatThrownBy(() -> target(query(parameter), arguments))
                .isInstanceOf(ArgumentRefused.class)
                .hasMessageStartingWith("argument 'p'");
    }

    @Test
    void anArgumentThatIsLeftOutOrNullLeavesNoTrace() throws Exception {
        assertThat(target(query("schema: {}"), "{}")).isEqualTo("/v1/pets");
        assertThat(target(query("schema: {}"), "{\"p\":null}")).isEqualTo("/v1/pets");
        assertThat(target(query("schema: {}"), "{\"p\":[]}")).isEqualTo("/v1/pets");
    }

    @Test
    void aNameOfAParameterIsEncodedAsWell() throws Exception {
        assertThat(target("[{name: 'a&b[]', in: query, schema: {}}]", "{\"a_b__\":1}"))
                .isEqualTo("/v1/pets?a%26b%5B%5D=1");
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "a b, a%20b",
        "ü, %C3%BC",
        "a;b=c, a%3Bb%3Dc",
        "x?y#z, x%3Fy%23z",
        "100%, 100%25",
        "a..b, a..b",
        "...,..."
    })
    void aPathArgumentIsEncodedWhole(String value, String written) throws Exception {
        assertThat(path(value)).isEqualTo("/v1/pets/" + written + "/toys");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../admin",
                "a/../b",
                "/",
                "a/b",
                "a\\b",
                "..\\admin",
                "%2e%2e",
                "%2E%2e%2fadmin",
                "%252e%252e",
                "a%2fb",
                "a%5cb",
                "a%252fb",
                "a\r\nHost: evil",
                "a%0d%0aHost: evil",
                "a\u0000",
                "%00"
            })
    void aPathArgumentThatSomeReaderWouldTakeForAWayIsRefused(String value) {
        assertThatThrownBy(() -> path(value)).isInstanceOf(ArgumentRefused.class);
    }

    @Test
    void slashesAreSentEncodedWhereTheOperatorAllowsThemButNoDots() throws Exception {
        assertThat(path(WITH_SLASHES, "src/main/a.txt")).isEqualTo("/v1/pets/src%2Fmain%2Fa.txt/toys");
        for (String value : List.of("src/../secret", "a//b", "/etc", "a/%2e%2e/b", "a/.")) {
            assertThatThrownBy(() -> path(WITH_SLASHES, value)).isInstanceOf(ArgumentRefused.class);
        }
    }

    @Test
    void dotsFromTwoArgumentsOfOneSegmentAreRefused() throws Exception {
        Operation operation = Descriptions.operation(
                "get",
                "'/x/.{a}{b}'",
                "[{name: a, in: path, required: true, schema: {}}, {name: b, in: path, required: true, schema: {}}]");

        assertThat(Descriptions.request(BUILDER, operation, "{\"a\":\"a\",\"b\":\"b\"}")
                        .target())
                .isEqualTo("/v1/x/.ab");
        Operation dot = Descriptions.operation("get", "'/x/{a}.'", "[{name: a, in: path, required: true, schema: {}}]");
        assertThat(Descriptions.request(BUILDER, dot, "{\"a\":\"b\"}").target()).isEqualTo("/v1/x/b.");
        assertThatThrownBy(() -> Descriptions.request(BUILDER, dot, "{\"a\":\".\"}"))
                .isInstanceOf(ArgumentRefused.class);
    }

    @ParameterizedTest
    @CsvSource({"admin, false", "ADMIN, false", "%61dmin, true", "a.csv, false", "admins, true", "admi, true"})
    void anArgumentNeverMakesThePathOfAnotherOperation(String value, boolean sent) throws Exception {
        Operations.Tools tools = Operations.read(
                Descriptions.read(Descriptions.yaml("""
                        paths:
                          /users/{id}: {get: {operationId: op, parameters: [{name: id, in: path, required: true, schema: {}}]}}
                          /users/admin: {get: {}}
                          /users/{name}.csv: {get: {}}
                          /users/admi: {delete: {}}
                          /users/admi/x: {get: {}}
                        """)),
                new Selection(List.of("op"), List.of(), true),
                true,
                Set.of());
        String arguments = "{\"id\":" + quoted(value) + "}";

        if (sent) {
            assertThat(Descriptions.request(BUILDER, Descriptions.op(tools), arguments)
                            .target())
                    .startsWith("/v1/users/");
        } else {
            assertThatThrownBy(() -> Descriptions.request(BUILDER, Descriptions.op(tools), arguments))
                    .isInstanceOf(ArgumentRefused.class)
                    .hasMessageContaining("another operation");
        }
    }

    @Test
    void aPathTakesListsWithCommas() throws Exception {
        Operation operation = Descriptions.operation(
                "get", "'/pets/{ids}'", "[{name: ids, in: path, required: true, schema: {type: array, items: {}}}]");

        assertThat(Descriptions.request(BUILDER, operation, "{\"ids\":[1,\"a,b\"]}")
                        .target())
                .isEqualTo("/v1/pets/1,a%2Cb");
        assertThatThrownBy(() -> Descriptions.request(BUILDER, operation, "{\"ids\":[]}"))
                .isInstanceOf(ArgumentRefused.class);
        assertThatThrownBy(() -> Descriptions.request(BUILDER, operation, "{\"ids\":[\"..\"]}"))
                .isInstanceOf(ArgumentRefused.class);
    }

    private static List<HttpHeader> headers(String arguments) throws Exception {
        Operation operation = Descriptions.operation(
                "get",
                "/pets",
                "[{name: X-Note, in: header, schema: {type: string}}, {name: X-List, in: header, schema: {}},"
                        + " {name: shade, in: cookie, schema: {}}]");
        return Descriptions.request(BUILDER, operation, arguments).headers();
    }

    @Test
    void headersAndCookiesTakeWhatTheyCanCarry() throws Exception {
        assertThat(headers("{\"X-Note\":\"a, b\",\"X-List\":[1,\"b c\"],\"shade\":\"x; y=z\"}"))
                .containsExactly(
                        new HttpHeader("X-Note", "a, b"),
                        new HttpHeader("X-List", "1,b c"),
                        new HttpHeader("Cookie", "shade=x%3B%20y%3Dz"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Admin: 1", "a\nb", "a\u0000", "ü", " a", "a ", "\u007f", "a\u2028b"})
    void aHeaderThatWouldEndOrChangeIsRefused(String value) {
        assertThatThrownBy(() -> headers("{\"X-Note\":" + quoted(value) + "}")).isInstanceOf(ArgumentRefused.class);
    }

    @Test
    void anItemOfAHeaderIsNeverTwo() {
        assertThatThrownBy(() -> headers("{\"X-List\":[\"a,b\"]}")).isInstanceOf(ArgumentRefused.class);
    }

    /** Texts made of what readers of URLs and heads give a meaning. */
    private static String nasty(Random random) {
        String[] pieces = {
            "/", "\\", ".", "..", "%2e", "%2F", "%25", "%", "?", "#", "&", "=", ";", ",", "+", " ", "\r\n", "\n", "\0",
                    ":",
            "@", "[", "]", "|", "é", "／", "∕", "‥", "\u202e", "😀", "a", "Z", "0", "~", "\"", "'", "<", "Host: x", "{",
                    "}"
        };
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(8); left >= 0; left--) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    @Test
    void whateverTextIsSentAnotherReaderFindsItInItsPlaceAndNowhereElse() throws Exception {
        Operation operation = Descriptions.operation(
                "get",
                "'/pets/{id}/toys'",
                "[{name: id, in: path, required: true, schema: {}}, {name: q, in: query, schema: {}},"
                        + " {name: l, in: query, schema: {}}, {name: X-H, in: header, schema: {}}]");
        Random random = new Random(20260728);
        int sent = 0;
        for (int round = 0; round < 20_000; round++) {
            String id = nasty(random);
            String query = nasty(random);
            String item = nasty(random);
            String header = nasty(random);
            boolean slashes = random.nextBoolean();
            String arguments = "{\"id\":" + quoted(id) + ",\"q\":" + quoted(query) + ",\"l\":[" + quoted(item)
                    + ",\"x\"]," + "\"X-H\":" + quoted(header) + "}";
            RequestBuilder.Request request;
            try {
                request = Descriptions.request(slashes ? WITH_SLASHES : BUILDER, operation, arguments);
            } catch (ArgumentRefused refused) {
                continue;
            }
            sent++;
            URI url = URI.create("https://api.example.com" + request.target());
            assertThat(url.getRawPath().split("/", -1))
                    .hasSize(5)
                    .startsWith("", "v1", "pets")
                    .endsWith("toys");
            assertThat(url.normalize()).isEqualTo(url);
            assertThat(decoded(url.getRawPath().split("/", -1)[3])).isEqualTo(id);
            assertThat(id).doesNotContain("\r", "\n", "\0");
            assertThat(pairs(url.getRawQuery())).containsExactly("q", query, "l", item, "l", "x");
            assertThat(url.getRawFragment()).isNull();
            assertThat(request.headers()).containsExactly(new HttpHeader("X-H", header));
        }
        assertThat(sent).isGreaterThan(500);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static List<String> pairs(String query) {
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            String[] sides = pair.split("=", -1);
            assertThat(sides).hasSize(2);
            pairs.add(decoded(sides[0]));
            pairs.add(decoded(sides[1]));
        }
        return pairs;
    }

    private static RequestBuilder.Request body(String content, String arguments) throws Exception {
        Operations.Tools tools =
                Descriptions.tools(Descriptions.yaml("paths:\n  /pets:\n    post:\n      operationId: op\n"
                        + "      requestBody: {required: true, content: " + content + "}\n"));
        assertThat(tools.problems()).isEmpty();
        return Descriptions.request(BUILDER, Descriptions.op(tools), arguments);
    }

    private static String text(RequestBuilder.Request request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    @Test
    void aJsonBodyKeepsItsBytes() throws Exception {
        RequestBuilder.Request request = body(
                "{application/json: {schema: {type: object}}}",
                "{\"body\":{\"n\" : 12345678901234567890.10, \"s\":\"\\u00e9\"}}");

        assertThat(text(request)).isEqualTo("{\"n\" : 12345678901234567890.10, \"s\":\"\\u00e9\"}");
        assertThat(request.headers()).containsExactly(new HttpHeader("Content-Type", "application/json"));
        assertThat(request.method()).isEqualTo("POST");
    }

    @Test
    void jsonIsPreferredAndItsRelativesKeepTheirType() throws Exception {
        assertThat(body("{text/plain: {}, application/merge-patch+json: {schema: {}}}", "{\"body\":{}}")
                        .headers())
                .containsExactly(new HttpHeader("Content-Type", "application/merge-patch+json"));
        assertThat(body(
                                "{application/x-www-form-urlencoded: {}, application/vnd.x+json: {}, application/json: {}}",
                                "{\"body\":{}}")
                        .headers())
                .containsExactly(new HttpHeader("Content-Type", "application/json"));
    }

    @Test
    void aFormBodyIsEncodedLikeAQuery() throws Exception {
        RequestBuilder.Request request = body(
                "{application/x-www-form-urlencoded: {schema: {type: object}, encoding: {meta: {style: deepObject},"
                        + " tags: {explode: false}}}}",
                "{\"body\":{\"a&b\":\"c=d&e\",\"list\":[1,2],\"meta\":{\"k\":\"v v\"},\"tags\":[\"x\",\"y\"],"
                        + "\"plain\":{\"n\":1.0},\"none\":null}}");

        assertThat(text(request))
                .isEqualTo("a%26b=c%3Dd%26e&list=1&list=2&meta%5Bk%5D=v%20v&tags=x,y&plain=%7B%22n%22%3A1.0%7D");
        assertThat(request.headers())
                .containsExactly(new HttpHeader("Content-Type", "application/x-www-form-urlencoded"));
    }

    @Test
    void aTextBodyIsTheText() throws Exception {
        assertThat(text(body("{text/plain: {schema: {type: string}}}", "{\"body\":\"é\\n\"}")))
                .isEqualTo("é\n");
    }

    @Test
    void aRequiredBodyMustBeThere() {
        assertThatThrownBy(() -> body("{application/json: {}}", "{}")).isInstanceOf(ArgumentRefused.class);
    }

    @Test
    void aUrlOfAbsurdLengthIsRefused() {
        assertThatThrownBy(() -> target(query("schema: {}"), "{\"p\":\"" + "x".repeat(20_000) + "\"}"))
                .isInstanceOf(ArgumentRefused.class);
    }
}
