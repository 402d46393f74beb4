package dev.mcpgateway.samples.model;

import dev.mcpgateway.samples.loopback.BoundedBody;
import dev.mcpgateway.samples.loopback.LocalCallers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

/** {@code POST /v1/chat/completions}, for whoever has the key. */
final class ChatEndpoint extends Handler.Abstract {
    static final String BASE_PATH = "/v1";

    private static final String CHAT = "POST " + BASE_PATH + "/chat/completions";
    private static final int REQUEST_BYTES_MAX = 1024 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final byte[] expected;

    ChatEndpoint(String key) {
        expected = bearer(key);
    }

    private static byte[] bearer(String key) {
        return ("Bearer " + key).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        if (LocalCallers.refusal(request.getHeaders()).isPresent()) {
            refuse(response, callback, 403, "only for callers on this machine");
        } else if (!CHAT.equals(request.getMethod() + " " + Request.getPathInContext(request))) {
            refuse(response, callback, 404, "there is only " + CHAT);
        } else if (!isKnown(request)) {
            refuse(response, callback, 401, "a valid key is needed");
        } else {
            answer(request, response, callback);
        }
        return true;
    }

    private boolean isKnown(Request request) {
        String sent = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        return sent != null && MessageDigest.isEqual(expected, sent.getBytes(StandardCharsets.UTF_8));
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
                refuse(response, callback, 400, "this stand-in does not stream");
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
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(JSON.writeValueAsBytes(body)), callback);
    }
}
