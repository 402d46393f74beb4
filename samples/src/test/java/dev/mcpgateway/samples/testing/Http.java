package dev.mcpgateway.samples.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** HTTP for tests: whole answers, open streams, and raw bytes where a client library would tidy up. */
public final class Http implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Sends a request and reads the whole answer. */
    public HttpAnswer send(String method, URI url, Map<String, String> headers, byte[] body) {
        HttpResponse<String> response =
                exchange(request(method, url, headers, body), HttpResponse.BodyHandlers.ofString());
        return new HttpAnswer(response.statusCode(), response.headers(), response.body());
    }

    /** Sends a request and leaves the answer open. */
    public EventReader stream(String method, URI url, Map<String, String> headers, byte[] body) {
        HttpResponse<InputStream> response =
                exchange(request(method, url, headers, body), HttpResponse.BodyHandlers.ofInputStream());
        return new EventReader(response.statusCode(), response.body());
    }

    private static HttpRequest request(String method, URI url, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(DEADLINE)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return request.build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new AssertionError("no answer to " + request.method() + " " + request.uri(), e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Sends bytes as they are and returns the status line of the answer. */
    public static String rawStatus(URI url, String request) throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout((int) DEADLINE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
                    .readLine();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
