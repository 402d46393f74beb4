package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.credential.UpstreamCredential.None;
import dev.mcpgateway.connectors.credential.UpstreamCredential.StaticHeader;
import dev.mcpgateway.connectors.net.HttpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamCredentialTest {

    private static StaticHeader header(String header, String prefix, String secret) {
        return new StaticHeader(header, prefix, new SecretVariable("TOKEN", _ -> secret));
    }

    @Test
    void noneIsNothing() {
        assertThat(new None().issue(new CredentialUse.Own()).headers()).isEmpty();
    }

    @Test
    void aStaticHeaderIsPrefixAndSecret() throws SecretUnavailable {
        Credential credential = header("X-Api-Key", "Key ", "s3cret").issue(new CredentialUse.Own());

        assertThat(credential.headers()).singleElement().satisfies(field -> {
            assertThat(field.name()).isEqualTo("X-Api-Key");
            assertThat(field.value()).isEqualTo("Key s3cret");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mcp-Name",
                "mcp-method",
                "MCP-Protocol-Version",
                "Mcp-Session-Id",
                "Mcp-Param-Region",
                "Host",
                "content-type",
                "Accept",
                "Content-Length",
                "Transfer-Encoding",
                "Connection",
                "traceparent",
                "",
                "a b",
                "a:",
                "a\r\nb"
            })
    void aCredentialCannotTakeThePlaceOfTheProtocol(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> header(name, "", "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: y", "a\n", " a", "a ", "é", "a\0"})
    void aSecretThatNoHeaderCanCarryIsRefusedAndNotQuoted(String secret) {
        SecretUnavailable refused = catchThrowableOfType(
                SecretUnavailable.class,
                () -> header("Authorization", "", secret).issue(new CredentialUse.Own()));

        assertThat(refused).hasMessageContaining("TOKEN").hasMessageNotContaining("X: y");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            \\uFEFFq7zz | begins with a byte order mark
            q7zz\\n     | ends with a line end
            q7zz\\r\\n   | ends with a line end
            q7\\nzz     | has more than one line
            q7zz\\t     | has a blank at its end
            \\tq7zz     | has a blank at its start
            q7zé       | has a character that is not ASCII
            q7zz\\0     | has a control character
            """)
    void whatIsWrongWithASecretIsSaidWithNothingOfIt(String written, String words) {
        String secret = written.replace("\\uFEFF", "\uFEFF").translateEscapes();

        SecretUnavailable refused = catchThrowableOfType(
                SecretUnavailable.class,
                () -> header("Authorization", "", secret).issue(new CredentialUse.Own()));

        assertThat(refused)
                .hasMessageContaining("secret variable TOKEN " + words)
                .hasMessageContaining("write it anew, as one line of visible ASCII")
                .hasMessageNotContaining("q7")
                .hasMessageNotContaining("zz");
    }

    @Test
    void blanksAfterAPrefixAreSentAsTheyAre() throws SecretUnavailable {
        assertThat(header("Authorization", "Bearer ", " s3cret")
                        .issue(new CredentialUse.Own())
                        .headers())
                .extracting(HttpHeader::value)
                .containsExactly("Bearer  s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", " Bearer", "é"})
    void aPrefixThatNoHeaderCanCarryIsAConfigurationError(String prefix) {
        assertThatIllegalArgumentException().isThrownBy(() -> header("Authorization", prefix, "x"));
    }
}
