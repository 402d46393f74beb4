package dev.mcpgateway.samples.model;

import dev.mcpgateway.samples.loopback.BoundedBody;
import dev.mcpgateway.samples.loopback.LocalCallers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/chat/completions} and {@code GET /v1/models}, for whoever has a key. */
final class ChatEndpoint extends Handler.Abstract {
    static final String BASE_PATH = "/v1";

    private static final String CHAT = "POST " + BASE_PATH + "/chat/completions";
    private static final String MODELS = "GET " + BASE_PATH + "/models";
    private static final int REQUEST_BYTES_MAX = 1024 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path keyFile;

    ChatEndpoint(Path keyFile) {
        this.keyFile = keyFile;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        String asked = request.getMethod() + " " + Request.getPathInContext(request);
        if (LocalCallers.refusal(request.getHeaders()).isPresent()) {
            refuse(response, callback, 403, "only for callers on this machine");
        } else if (!CHAT.equals(asked) && !MODELS.equals(asked)) {
            refuse(response, callback, 404, "there is only " + CHAT + " and " + MODELS);
        } else if (!isKnown(request)) {
            refuse(response, callback, 401, "a valid key is needed");
        } else if (MODELS.equals(asked)) {
            send(response, callback, 200, Script.models());
        } else {
            answer(request, response, callback);
        }
        return true;
    }

    private boolean isKnown(Request request) throws IOException {
        String sent = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (sent == null) {
            return false;
        }
        byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);
        boolean known = false;
        for (String key : Files.readAllLines(keyFile)) {
            byte[] expected = ("Bearer " + key.strip()).getBytes(StandardCharsets.UTF_8);
            known |= !key.isBlank() && MessageDigest.isEqual(expected, bytes);
        }
        return known;
    }

    private static void answer(Request request, Response response, Callback callback) throws IOException {
        Optional<byte[]> body = BoundedBody.read(request, REQUEST_BYTES_MAX);
        if (body.isEmpty()) {
            refuse(response, callback, 413, "more than " + REQUEST_BYTES_MAX + " bytes");
            return;
        }
        try {
            JsonNode asked = JSON.readTree(body.get());
            if (asked.path("stream").asBoolean(false)) {
                send(response, callback, 200, "text/event-stream", Script.events(asked));
            } else {
                send(response, callback, 200, Script.answer(asked));
            }
        } catch (JacksonException e) {
            refuse(response, callback, 400, "the request is not JSON");
        }
    }

    private static void refuse(Response response, Callback callback, int status, String message) {
        JsonNode error = JSON.createObjectNode()
                .set("error", JSON.createObjectNode().put("message", message).put("type", "invalid_request_error"));
        send(response, callback, status, error);
    }

    private static void send(Response response, Callback callback, int status, JsonNode body) {
        send(response, callback, status, "application/json", body.toString());
    }

    private static void send(Response response, Callback callback, int status, String type, String body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
    }
}
