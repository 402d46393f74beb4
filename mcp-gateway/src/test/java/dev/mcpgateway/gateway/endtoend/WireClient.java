package dev.mcpgateway.gateway.endtoend;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An agent's side of one connection, byte by byte. Every read has a deadline. */
public final class WireClient implements AutoCloseable {
    /** Long enough for a loaded machine, short enough for a person. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** Talks over this connection. */
    public WireClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Connects to a port on loopback. */
    public static WireClient to(int port) throws IOException {
        return new WireClient(new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
    }

    /** Connects to a port on loopback from another address of this machine, such as {@code 127.0.0.2}. */
    public static WireClient from(String address, int port) throws IOException {
        return new WireClient(new Socket(InetAddress.ofLiteral("127.0.0.1"), port, InetAddress.ofLiteral(address), 0));
    }

    /** Sends bytes at once. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Sends text at once. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a request and reads its answer. */
    public WireAnswer exchange(WireRequest request) throws IOException {
        send(request.bytes());
        return read();
    }

    /** The next answer. */
    public WireAnswer read() throws IOException {
        WireAnswer head = readHead();
        return readRest(head);
    }

    /** The next answer's head; its body is still to be read. */
    public WireAnswer readHead() throws IOException {
        String line = readLine();
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String header = readLine(); !header.isEmpty(); header = readLine()) {
            int colon = header.indexOf(':');
            headers.add(Map.entry(
                    header.substring(0, colon), header.substring(colon + 1).strip()));
        }
        return new WireAnswer(line, headers, new byte[0]);
    }

    /** The body of the answer with this head. */
    public WireAnswer readRest(WireAnswer head) throws IOException {
        return new WireAnswer(head.line(), head.headers(), readBody(head));
    }

    private byte[] readBody(WireAnswer head) throws IOException {
        if (head.header("Transfer-Encoding").orElse("").equals("chunked")) {
            return readChunks();
        }
        if (head.status() == 204) {
            return new byte[0];
        }
        int length = head.header("Content-Length").map(Integer::parseInt).orElse(-1);
        byte[] body = length < 0 ? in.readAllBytes() : in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("answer cut after " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int length = chunkLength(); length > 0; length = chunkLength()) {
            body.writeBytes(in.readNBytes(length));
            readLine();
        }
        readLine();
        return body.toByteArray();
    }

    /** The chunks of a body whose head was read, each as it was sent, without the last one. */
    public List<String> readChunksToEnd() throws IOException {
        List<String> chunks = new ArrayList<>();
        for (int length = chunkLength(); length > 0; length = chunkLength()) {
            chunks.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            readLine();
        }
        readLine();
        return chunks;
    }

    private int chunkLength() throws IOException {
        return Integer.parseInt(readLine(), 16);
    }

    /** The data of the next event of a chunked event stream whose head was read. */
    public String readEvent() throws IOException {
        while (true) {
            String line = readLine();
            if (line.startsWith("data: ")) {
                return line.substring("data: ".length());
            }
        }
    }

    /** The data of all events up to the orderly end of a chunked event stream whose head was read. */
    public List<String> readEventsToEnd() throws IOException {
        List<String> events = new ArrayList<>();
        for (String line = readLine(); !line.equals("0"); line = readLine()) {
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        readLine();
        return events;
    }

    /** Reads up to the next comment of an event stream whose head was read; fails at an event. */
    public void readComment() throws IOException {
        for (String line = readLine(); !line.equals(":"); line = readLine()) {
            if (line.startsWith("data:")) {
                throw new AssertionError("an event came: " + line);
            }
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed after '" + line.toString(StandardCharsets.UTF_8) + "'");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** What comes until the peer closes the connection, as text. Fails when it does not within {@link #PATIENCE}. */
    public String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketTimeoutException stillOpen) {
            throw new AssertionError(
                    "still open after " + PATIENCE.toSeconds() + " s, came: " + all.toString(StandardCharsets.UTF_8),
                    stillOpen);
        } catch (IOException reset) {
            // also an end
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Sends one byte after the other with a pause between, as long as the peer neither answers nor closes. */
    public void drip(byte[] bytes, Duration pause) throws IOException {
        socket.setSoTimeout((int) pause.toMillis());
        try {
            for (byte each : bytes) {
                send(new byte[] {each});
                if (hasEndedOrAnswered()) {
                    return;
                }
            }
        } catch (IOException closed) {
            return;
        } finally {
            if (!socket.isClosed()) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
            }
        }
        throw new AssertionError("the peer took all " + bytes.length + " bytes");
    }

    /** Waits for the socket's time-out; the byte that may come is left for the next read. */
    private boolean hasEndedOrAnswered() throws IOException {
        in.mark(1);
        try {
            int came = in.read();
            in.reset();
            return came < 0 || came > 0;
        } catch (SocketTimeoutException nothingCame) {
            return false;
        }
    }

    /** Tells the peer that nothing more will come; answers can still be read. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes with a reset, as a killed process does. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** The connection itself. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
