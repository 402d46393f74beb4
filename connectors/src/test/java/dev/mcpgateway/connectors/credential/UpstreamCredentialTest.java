package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.credential.UpstreamCredential.None;
import dev.mcpgateway.connectors.credential.UpstreamCredential.StaticHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    @ValueSource(strings = {"\r\n", " Bearer", "é"})
    void aPrefixThatNoHeaderCanCarryIsAConfigurationError(String prefix) {
        assertThatIllegalArgumentException().isThrownBy(() -> header("Authorization", prefix, "x"));
    }
}
