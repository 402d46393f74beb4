package dev.mcpgateway.connectors.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The server's side of one connection, for scripts that decide about every byte. */
public final class RawConnection {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** The next request with its body, or nothing when the peer closed the connection. */
    public Optional<RawRequest> readRequest() throws IOException {
        Optional<RawRequest> head = readHead();
        if (head.isEmpty()) {
            return head;
        }
        int length = head.get().header("Content-Length").map(Integer::parseInt).orElse(0);
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("body cut after " + body.length + " of " + length + " bytes");
        }
        return Optional.of(new RawRequest(head.get().line(), head.get().headers(), body));
    }

    /** The next request without its body. */
    public Optional<RawRequest> readHead() throws IOException {
        String line = readLine();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String header = readLine(); !header.isEmpty(); header = readLine()) {
            int colon = header.indexOf(':');
            headers.add(Map.entry(
                    header.substring(0, colon), header.substring(colon + 1).strip()));
        }
        return Optional.of(new RawRequest(line, headers, new byte[0]));
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** Sends bytes at once. */
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends text at once, as UTF-8. */
    public void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A complete answer with a length. */
    public void answer(int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " Scripted\r\nContent-Type: " + contentType + "\r\nContent-Length: "
                + bytes.length + "\r\n\r\n";
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        all.writeBytes(bytes);
        write(all.toByteArray());
    }

    /** Sends text byte by byte with a pause between, until the peer has gone. */
    public void drip(String text, long pauseMillis) throws IOException, InterruptedException {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            write(new byte[] {b});
            Thread.sleep(pauseMillis);
        }
    }

    /** Blocks until the peer closes the connection; what it still sends is dropped. */
    public void awaitPeerClose() throws IOException {
        try {
            while (in.read() >= 0) {
                // dropped
            }
        } catch (IOException reset) {
            // also a close
        }
    }

    /** Closes with a reset, so that the peer loses what it has not read. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes in order. */
    public void close() throws IOException {
        socket.close();
    }
}
