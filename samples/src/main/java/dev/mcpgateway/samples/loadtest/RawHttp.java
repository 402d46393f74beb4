package dev.mcpgateway.samples.loadtest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP/1.1 connection that costs next to nothing, so that a latency is the server's. Reads what the gateway sends and
 * no more of HTTP than that.
 */
final class RawHttp implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final int port;

    /** A status, the session that a legacy answer opened, and the body, which is empty for a stream. */
    record Answer(int status, String session, String body) {}

    RawHttp(int port) throws IOException {
        this(port, InetAddress.getLoopbackAddress());
    }

    /** A connection from another address of this machine. */
    RawHttp(int port, InetAddress from) throws IOException {
        this.port = port;
        socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** A whole exchange; the connection can be used again. */
    Answer exchange(String path, Map<String, String> headers, String body) throws IOException {
        send("POST", path, headers, body);
        return read(false);
    }

    /** The beginning of an answer that does not end. */
    Answer open(String method, String path, Map<String, String> headers, String body) throws IOException {
        send(method, path, headers, body);
        return read(true);
    }

    /** Reads a whole answer; gives the nanoseconds until the first byte of its body was there. */
    long firstByte(String path, Map<String, String> headers, String body) throws IOException {
        long start = System.nanoTime();
        send("POST", path, headers, body);
        return readSince(start);
    }

    private void send(String method, String path, Map<String, String> headers, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        byte[] first = head.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[first.length + bytes.length];
        System.arraycopy(first, 0, whole, 0, first.length);
        System.arraycopy(bytes, 0, whole, first.length, bytes.length);
        socket.getOutputStream().write(whole);
    }

    private record Head(int status, int length, boolean isChunked, String session) {}

    private Head head() throws IOException {
        int status = Integer.parseInt(line().split(" ", -1)[1]);
        int length = 0;
        boolean isChunked = false;
        String session = "";
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                isChunked = lower.contains("chunked");
            } else if (lower.startsWith("mcp-session-id:")) {
                session = header.substring(15).strip();
            }
        }
        return new Head(status, length, isChunked, session);
    }

    private Answer read(boolean isOpen) throws IOException {
        Head head = head();
        if (isOpen && head.status() == 200) {
            return new Answer(head.status(), head.session(), "");
        }
        return new Answer(head.status(), head.session(), body(head));
    }

    private long readSince(long start) throws IOException {
        Head head = head();
        in.mark(1);
        int first = in.read();
        long nanos = System.nanoTime() - start;
        in.reset();
        String body = body(head);
        if (first < 0 || head.status() != 200) {
            throw new IOException("answered with " + head.status() + ": " + body);
        }
        return nanos;
    }

    private String body(Head head) throws IOException {
        return head.isChunked() ? chunks() : text(head.length());
    }

    private String chunks() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.append(text(size));
            line();
        }
        line();
        return body.toString();
    }

    private String text(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server closed the connection within an answer");
        }
        // what is measured is ASCII
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
