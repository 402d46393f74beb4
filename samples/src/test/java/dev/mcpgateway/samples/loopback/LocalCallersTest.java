package dev.mcpgateway.samples.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names are this machine. */
class LocalCallersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8080", "127.0.0.1", "127.0.0.1:1", "127.9.8.7:80", "[::1]", "[::1]:80"})
    void loopbackNamesAreAdmitted(String host) {
        assertThat(LocalCallers.refusal(headers(host))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example:127.0.0.1",
                "127.0.0.1@evil.example",
                "user@127.0.0.1",
                "localhost:80/evil.example",
                "10.0.0.1",
                "0.0.0.0",
                "[::]",
                "[::ffff:127.0.0.1]",
                "2130706433",
                "127.1",
                "",
                "localhost evil.example",
                "локалхост"
            })
    void everyOtherNameIsRefused(String host) {
        assertThat(LocalCallers.refusal(headers(host)))
                .hasValueSatisfying(why -> assertThat(why).contains("Host"));
    }

    @Test
    void aRequestWithoutOneHostIsRefused() {
        HttpFields two = HttpFields.build().add(HttpHeader.HOST, "localhost").add(HttpHeader.HOST, "localhost");

        assertThat(LocalCallers.refusal(HttpFields.EMPTY)).isPresent();
        assertThat(LocalCallers.refusal(two)).isPresent();
    }

    @Test
    void everyOriginMustBeLocal() {
        HttpFields mixed = HttpFields.build()
                .add(HttpHeader.HOST, "localhost")
                .add(HttpHeader.ORIGIN, "http://localhost")
                .add(HttpHeader.ORIGIN, "http://evil.example");

        assertThat(LocalCallers.refusal(mixed))
                .hasValueSatisfying(why -> assertThat(why).contains("Origin"));
    }

    private static HttpFields headers(String host) {
        return HttpFields.build().add(HttpHeader.HOST, host);
    }
}
