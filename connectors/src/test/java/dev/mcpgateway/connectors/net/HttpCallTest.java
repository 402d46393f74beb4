package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a caller hands in can end a header field or a request line. */
class HttpCallTest {

    private static HttpCall call(String method, String target, HttpHeader... headers) {
        return new HttpCall(method, target, List.of(headers), new byte[0], Deadline.NEVER, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b", "a\tb", "", "~!@#$%^&*()_+{}|:\"<>?[];',./`", "=?base64?SGVsbG8=?="})
    void aFieldValueIsVisibleAsciiWithInnerBlanks(String value) {
        assertThat(new HttpHeader("X", value).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nb: c",
                "a\nb",
                "a\rb",
                "a\0",
                "\u001b[2J",
                "\u007f",
                "é",
                "a\u2028b",
                " a",
                "a ",
                "\ta",
                "a\t"
            })
    void anythingElseInAFieldValueIsRefused(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpHeader("X-Name", value))
                .withMessageContaining("X-Name");
    }

    @Test
    void aRefusedFieldValueIsNotQuoted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpHeader("Authorization", "Bearer s3cret\n"))
                .withMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r\n", "é", "(a)", "a/b", "\0"})
    void aFieldNameIsAToken(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new HttpHeader(name, "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "content-length",
                "TRANSFER-ENCODING",
                "Connection",
                "TE",
                "Upgrade",
                "Expect",
                "Trailer",
                "Accept-Encoding",
                "Proxy-Authorization"
            })
    void fieldsOfTheConnectionAreTheTransportsOwn(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> call("POST", "/", new HttpHeader(name, "x")));
    }

    @Test
    void aFieldTwiceIsRefusedInAnyCase() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call("POST", "/", new HttpHeader("Mcp-Name", "a"), new HttpHeader("mcp-name", "b")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mcp", "http://x/", "/a b", "/a\r\nX: 1", "/a#b", "/é", "/\0", "*"})
    void aTargetIsPathAndQuery(String target) {
        assertThatIllegalArgumentException().isThrownBy(() -> call("POST", target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "post", "P OST", "POST\r\n", "GETGETGETGETGETGET"})
    void aMethodIsUpperCase(String method) {
        assertThatIllegalArgumentException().isThrownBy(() -> call(method, "/"));
    }

    @Test
    void aHeaderDoesNotPrintItsValue() {
        assertThat(new HttpHeader("Authorization", "Bearer s3cret")).asString().doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080/mcp?x=1, http://127.0.0.1:8080, /mcp?x=1",
        "https://CRM.example, https://crm.example, /",
        "https://crm.example:443/a%20b, https://crm.example, /a%20b",
        "http://crm.example:80/, http://crm.example, /",
        "http://[::1]:9000/mcp, http://[::1]:9000, /mcp",
        "http://crm.example:443/, http://crm.example:443, /"
    })
    void anOriginIsReadFromAUrl(URI url, String origin, String target) {
        assertThat(HttpOrigin.of(url)).hasToString(origin);
        assertThat(HttpOrigin.target(url)).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://x/",
                "file:///etc/passwd",
                "jar:http://x!/",
                "mailto:a@b",
                "/relative",
                "http:///path",
                "http://user:pw@x/",
                "http://x/#f",
                "http://x:0/",
                "http://x:70000/",
                "http://a_b/"
            })
    void aUrlThatIsNoHttpTargetIsAConfigurationError(String url) {
        assertThatIllegalArgumentException().isThrownBy(() -> HttpOrigin.of(URI.create(url)));
    }
}
