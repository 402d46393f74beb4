package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.RawServer;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A key set is fetched from where the operator said, and from nowhere else. */
class JwksRetrieverTest {
    private static final TimeSource TIME = new TimeSource(InstantSource.system(), System::nanoTime);

    private static String fetch(RawServer server, URI configured, List<AddressRange> allowed, String path)
            throws IOException {
        URI actual = URI.create("http://127.0.0.1:" + server.port() + path);
        try (DeadlineSweeper sweeper = new DeadlineSweeper(TIME);
                HttpTransport transport = HttpTransport.open(
                        HttpSettings.of(HttpOrigin.of(actual), HttpSettings.Client.STANDARD),
                        OutboundGuard.forTarget(configured, allowed),
                        sweeper)) {
            return new JwksRetriever(actual, transport, TIME).fetch();
        }
    }

    private static RawServer server() {
        return RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                connection.answer(200, "application/jwk-set+json", next.get().line());
            }
        });
    }

    @Test
    void aNameThatLeadsToAPrivateAddressIsNotFollowed() {
        try (RawServer inside = server()) {
            URI configured = URI.create("https://id.example/jwks");

            assertThatThrownBy(() -> fetch(inside, configured, List.of(), "/jwks"))
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining("127.0.0.1");
            assertThat(inside.accepted()).isZero();
        }
    }

    @Test
    void aNetworkThatTheOperatorAllowsIsReached() throws Exception {
        try (RawServer inside = server()) {
            URI configured = URI.create("https://id.example/jwks");

            assertThat(fetch(inside, configured, List.of(AddressRange.of("127.0.0.0/8")), "/keys/all"))
                    .startsWith("GET /keys/all ");
            assertThat(fetch(inside, configured, List.of(AddressRange.of("127.0.0.0/8")), ""))
                    .startsWith("GET / ");
        }
    }
}
