package dev.mcpgateway.connectors.net;

import java.io.IOException;
import java.io.InputStream;

/** The body of one answer as framed by its head; knows whether it was read to its end and never reads beyond. */
abstract sealed class LeanBody extends InputStream {
    /** Longest line of chunk size and extensions. No one needs extensions. */
    private static final int CHUNK_LINE_BYTES_MAX = 256;

    /** Longest trailer section; it is skipped. */
    private static final int TRAILER_BYTES_MAX = 8 * 1024;

    final LeanConnection connection;
    private boolean complete;

    private LeanBody(LeanConnection connection) {
        this.connection = connection;
    }

    /** The body that follows {@code head}, at most {@code bytesMax} bytes. */
    static LeanBody of(LeanConnection connection, ResponseHead head, long bytesMax) throws HttpFault {
        if (head.isBodiless()) {
            return new Fixed(connection, 0);
        }
        if (head.has("Transfer-Encoding")) {
            return new Chunked(connection, bytesMax);
        }
        if (!head.has("Content-Length")) {
            return new UntilClose(connection, bytesMax);
        }
        long length = Long.parseLong(head.value("Content-Length"));
        if (length > bytesMax) {
            throw HttpFault.tooLarge("body", bytesMax);
        }
        return new Fixed(connection, length);
    }

    /** Whether the whole body was read, so that the connection stands before the next answer. */
    final boolean isComplete() {
        return complete;
    }

    /** Whether the end of the body has arrived, so that reading up to it does not block. */
    boolean endIsAtHand() {
        return false;
    }

    final void complete() {
        complete = true;
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws IOException {
        if (complete) {
            return -1;
        }
        return length == 0 ? 0 : connection.faulting(() -> readSome(target, offset, length));
    }

    /** Reads at least one byte, or -1 after {@link #complete()}. */
    abstract int readSome(byte[] target, int offset, int length) throws IOException;

    private static final class Fixed extends LeanBody {
        private long remaining;

        Fixed(LeanConnection connection, long length) {
            super(connection);
            this.remaining = length;
            if (length == 0) {
                complete();
            }
        }

        @Override
        int readSome(byte[] target, int offset, int length) throws IOException {
            int read = connection.read(target, offset, (int) Math.min(length, remaining));
            if (read < 0) {
                throw LeanConnection.cut();
            }
            remaining -= read;
            if (remaining == 0) {
                complete();
            }
            return read;
        }
    }

    private static final class UntilClose extends LeanBody {
        private final long bytesMax;
        private long total;

        UntilClose(LeanConnection connection, long bytesMax) {
            super(connection);
            this.bytesMax = bytesMax;
        }

        @Override
        int readSome(byte[] target, int offset, int length) throws IOException {
            int read = connection.read(target, offset, length);
            if (read < 0) {
                complete();
                return -1;
            }
            total += read;
            if (total > bytesMax) {
                throw HttpFault.tooLarge("body", bytesMax);
            }
            return read;
        }
    }

    /** Chunked transfer coding (RFC 9112 section 7.1). */
    private static final class Chunked extends LeanBody {
        private final long bytesMax;
        private long total;
        private long inChunk;
        private boolean started;

        Chunked(LeanConnection connection, long bytesMax) {
            super(connection);
            this.bytesMax = bytesMax;
        }

        @Override
        int readSome(byte[] target, int offset, int length) throws IOException {
            if (inChunk == 0) {
                nextChunk();
                if (isComplete()) {
                    return -1;
                }
            }
            int read = connection.read(target, offset, (int) Math.min(length, inChunk));
            if (read < 0) {
                throw LeanConnection.cut();
            }
            inChunk -= read;
            return read;
        }

        @Override
        boolean endIsAtHand() {
            return connection.holdsLastChunk();
        }

        private void nextChunk() throws IOException {
            if (started) {
                expectLineEnd();
            }
            started = true;
            inChunk = chunkSize();
            total += inChunk;
            if (total > bytesMax) {
                throw HttpFault.tooLarge("body", bytesMax);
            }
            if (inChunk == 0) {
                skipTrailers();
                complete();
            }
        }

        private long chunkSize() throws IOException {
            long size = 0;
            int digits = 0;
            int b = connection.readByte();
            for (int digit = hex(b); digit >= 0; digit = hex(b)) {
                size = (size << 4) | digit;
                if (++digits > 15) {
                    throw HttpFault.malformed("a chunk size of more than 15 digits");
                }
                b = connection.readByte();
            }
            if (digits == 0 || (b != '\r' && b != ';')) {
                throw HttpFault.malformed("not a chunk size");
            }
            skipExtensions(b);
            return size;
        }

        private void skipExtensions(int first) throws IOException {
            int b = first;
            for (int length = 0; b != '\r'; length++) {
                if (length == CHUNK_LINE_BYTES_MAX || b == '\n') {
                    throw HttpFault.malformed("chunk extensions too long or badly ended");
                }
                b = connection.readByte();
            }
            if (connection.readByte() != '\n') {
                throw HttpFault.malformed("a chunk line that does not end in CRLF");
            }
        }

        private void expectLineEnd() throws IOException {
            if (connection.readByte() != '\r' || connection.readByte() != '\n') {
                throw HttpFault.malformed("a chunk that does not end in CRLF");
            }
        }

        private void skipTrailers() throws IOException {
            int lineBytes = 0;
            for (int total = 0; total < TRAILER_BYTES_MAX; total++) {
                int b = connection.readByte();
                if (b == '\n') {
                    throw HttpFault.malformed("a trailer line that ends in LF alone");
                }
                if (b == '\r') {
                    if (connection.readByte() != '\n') {
                        throw HttpFault.malformed("a trailer line that does not end in CRLF");
                    }
                    if (lineBytes == 0) {
                        return;
                    }
                    lineBytes = 0;
                } else {
                    lineBytes++;
                }
            }
            throw HttpFault.malformed("trailers longer than " + TRAILER_BYTES_MAX + " bytes");
        }

        private static int hex(int b) {
            return b < 0x80 ? Character.digit(b, 16) : -1;
        }
    }
}
