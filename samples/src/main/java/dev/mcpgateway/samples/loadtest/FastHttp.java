package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** HTTP/1.1 for upstreams that cost next to nothing: whole requests with a length, one thread per connection, loopback. */
final class FastHttp {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private FastHttp() {}

    /** Answers one request. */
    @FunctionalInterface
    interface Answering {
        /** Writes the whole answer; the request stands in the buffer, its body from {@code head} to {@code total}. */
        void answer(byte[] buffer, int head, int total, OutputStream out) throws IOException;
    }

    /** Serves until the process ends. */
    static void serve(int port, Answering answering) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
            System.out.println("listening on " + server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket, answering));
            }
        }
    }

    private static void serve(Socket socket, Answering answering) {
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            socket.setTcpNoDelay(true);
            byte[] buffer = new byte[1 << 16];
            int filled = 0;
            while (true) {
                int head = endOfHead(buffer, filled);
                int total = head < 0 ? Integer.MAX_VALUE : head + contentLength(buffer, head);
                if (filled >= total) {
                    answering.answer(buffer, head, total, out);
                    System.arraycopy(buffer, total, buffer, 0, filled - total);
                    filled -= total;
                    continue;
                }
                int read = in.read(buffer, filled, buffer.length - filled);
                if (read <= 0) {
                    return;
                }
                filled += read;
            }
        } catch (IOException peerGone) {
            // the load test closes connections whenever it is done
        }
    }

    private static int endOfHead(byte[] buffer, int filled) {
        for (int i = 3; i < filled; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int contentLength(byte[] buffer, int head) {
        for (int i = 0; i + LENGTH.length < head; i++) {
            if (buffer[i] == '\n' && matches(buffer, i + 1, LENGTH)) {
                int length = 0;
                for (int at = i + 1 + LENGTH.length; buffer[at] != '\r'; at++) {
                    if (buffer[at] >= '0' && buffer[at] <= '9') {
                        length = length * 10 + buffer[at] - '0';
                    }
                }
                return length;
            }
        }
        return 0;
    }

    /** Header names come in any case. */
    private static boolean matches(byte[] buffer, int at, byte[] lowerCase) {
        for (int i = 0; i < lowerCase.length; i++) {
            if ((buffer[at + i] | 0x20) != (lowerCase[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    /** Where {@code what} begins in this part of the buffer; -1 where it is not. */
    static int indexOf(byte[] buffer, int from, int to, byte[] what) {
        for (int i = from; i + what.length <= to; i++) {
            if (Arrays.equals(buffer, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        return -1;
    }
}
