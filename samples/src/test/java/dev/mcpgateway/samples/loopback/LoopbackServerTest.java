package dev.mcpgateway.samples.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mcpgateway.samples.testing.Http;
import dev.mcpgateway.samples.testing.HttpAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP server under all samples. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopbackServerTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1", "localhost"})
    void everyLoopbackAddressCanBeUsed(String host) throws IOException {
        try (LoopbackServer server = LoopbackServer.start(host, 0, answering(200));
                Http http = new Http()) {
            assertThat(get(http, server).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "169.254.1.1", "example.com", ""})
    void anAddressThatOthersCanReachIsRefused(String host) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> LoopbackServer.start(host, 0, answering(200)))
                .withMessageContaining("not a loopback address");
    }

    @Test
    void errorsAreJsonAndNameNoServer() throws IOException {
        try (LoopbackServer server = LoopbackServer.start("127.0.0.1", 0, answering(500));
                Http http = new Http()) {
            HttpAnswer answer = get(http, server);

            assertThat(answer.body()).isEqualTo("{\"error\":{\"status\":500,\"message\":\"Server Error\"}}");
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            assertThat(answer.header("Server")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: localhost\n\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /%2e%2e/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
            })
    void sloppyHttpIsRefused(String request) throws IOException {
        try (LoopbackServer server = LoopbackServer.start("127.0.0.1", 0, answering(200))) {
            assertThat(Http.rawStatus(server.url(), request)).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void headersBeyondTheLimitAreRefused() throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(17_000) + "\r\n\r\n";
        try (LoopbackServer server = LoopbackServer.start("127.0.0.1", 0, answering(200))) {
            assertThat(Http.rawStatus(server.url(), request)).startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void aRequestInProgressIsFinishedBeforeTheStop() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        Handler waiting = new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                arrived.countDown();
                stopping.await();
                response.write(true, ByteBuffer.allocate(0), callback);
                return true;
            }
        };
        LoopbackServer server = LoopbackServer.start("127.0.0.1", 0, waiting);
        try (Http http = new Http();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = executor.submit(() -> get(http, server));
            arrived.await();
            var stop = executor.submit(server::close);
            stopping.countDown();

            assertThat(answer.get().status()).isEqualTo(200);
            stop.get();
        }
    }

    private static HttpAnswer get(Http http, LoopbackServer server) {
        return http.send("GET", server.url(), Map.of(), new byte[0]);
    }

    private static Handler answering(int status) {
        return new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                if (status == 200) {
                    response.write(true, ByteBuffer.allocate(0), callback);
                } else {
                    Response.writeError(request, response, callback, status, "reason with <secret>");
                }
                return true;
            }
        };
    }
}
