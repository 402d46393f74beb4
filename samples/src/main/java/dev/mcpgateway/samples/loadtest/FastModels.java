package dev.mcpgateway.samples.loadtest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * The provider of the load test: Chat Completions at next to no cost. A request is answered whole with 455 bytes, or, with
 * {@code "stream":true}, with {@link #EVENTS} events of 200 bytes without a pause; where its text holds {@code slowly},
 * with one event a second, {@link #SLOW_EVENTS} times. Where the text holds {@code shortly}, an answer that is whole comes after
 * {@link #THINKING_MILLIS}. {@code GET /count} tells how many requests there were.
 *
 * <p>Usage: {@code FastModels PORT}. Loopback only.
 */
public final class FastModels {
    /** Events of a stream, beside the last one. */
    static final int EVENTS = 64;

    /** Events of a slow stream. */
    static final int SLOW_EVENTS = 120;

    /** What a provider takes that answers soon. */
    static final int THINKING_MILLIS = 200;

    private static final int ANSWER_BYTES = 455;
    private static final int EVENT_BYTES = 200;

    /** nginx must not gather events. */
    private static final String STREAM_HEAD = String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Content-Type: text/event-stream",
            "X-Accel-Buffering: no",
            "Transfer-Encoding: chunked",
            "",
            "");

    private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");
    private static final byte[] STREAM = ascii("\"stream\":true");
    private static final byte[] SLOWLY = ascii("slowly");
    private static final byte[] SHORTLY = ascii("shortly");
    private static final byte[] COUNT = ascii("GET /count ");
    private static final byte[] END = ascii("""
            data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"fast-1","choices":[],\
            "usage":{"prompt_tokens":12,"completion_tokens":64,"total_tokens":76}}

            data: [DONE]

            """);

    private final byte[] whole = whole();
    private final byte[] event = event();
    private final byte[] streamed = streamed(event);
    private final LongAdder requests = new LongAdder();

    private FastModels() {}

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws IOException {
        FastHttp.serve(Integer.parseInt(arguments[0]), new FastModels()::answer);
    }

    private void answer(byte[] buffer, int head, int total, OutputStream out) throws IOException {
        if (FastHttp.indexOf(buffer, 0, head, COUNT) >= 0) {
            out.write(message(Long.toString(requests.sum()), "text/plain"));
            return;
        }
        requests.increment();
        if (FastHttp.indexOf(buffer, head, total, STREAM) < 0) {
            if (FastHttp.indexOf(buffer, head, total, SHORTLY) >= 0) {
                Children.pause(THINKING_MILLIS);
            }
            out.write(whole);
        } else if (FastHttp.indexOf(buffer, head, total, SLOWLY) < 0) {
            out.write(streamed);
        } else {
            slowly(out);
        }
    }

    private void slowly(OutputStream out) throws IOException {
        out.write(ascii(STREAM_HEAD));
        for (int i = 0; i < SLOW_EVENTS; i++) {
            out.write(chunk(event));
            Children.pause(1_000);
        }
        out.write(chunk(END));
        out.write(LAST_CHUNK);
    }

    private static byte[] chunk(byte[] bytes) {
        byte[] size = ascii(Integer.toHexString(bytes.length) + "\r\n");
        byte[] framed = new byte[size.length + bytes.length + 2];
        System.arraycopy(size, 0, framed, 0, size.length);
        System.arraycopy(bytes, 0, framed, size.length, bytes.length);
        framed[framed.length - 2] = '\r';
        framed[framed.length - 1] = '\n';
        return framed;
    }

    private static byte[] whole() {
        String before = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"fast-1\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
        String after = "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":64,"
                + "\"total_tokens\":76}}";
        String text = FastUpstream.text(ANSWER_BYTES - before.length() - after.length());
        return message(before + text + after, "application/json");
    }

    private static byte[] event() {
        String before = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fast-1\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
        String after = "\"},\"finish_reason\":null}]}\n\n";
        return ascii(before + FastUpstream.text(EVENT_BYTES - before.length() - after.length()) + after);
    }

    /** Each event a chunk, as providers send them, though without a pause. */
    private static byte[] streamed(byte[] event) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(ascii(STREAM_HEAD));
        for (int i = 0; i < EVENTS; i++) {
            all.writeBytes(chunk(event));
        }
        all.writeBytes(chunk(END));
        all.writeBytes(LAST_CHUNK);
        return all.toByteArray();
    }

    private static byte[] message(String body, String type) {
        return ascii("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
