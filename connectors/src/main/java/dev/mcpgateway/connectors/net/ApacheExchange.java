package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;

/** One answer of {@link ApacheHttp}. */
final class ApacheExchange implements HttpExchange {
    /** How long a finished event stream may take to end itself before its connection is given up. */
    private static final Duration FINISH_TIMEOUT = Duration.ofMillis(250);

    /** What may still follow in a body that the caller is done with. */
    private static final int FINISH_BYTES_MAX = 16 * 1024;

    private final ApacheHttp client;
    private final ApacheRequest request;
    private final ClassicHttpResponse response;
    private final Body body;
    private final AtomicBoolean over = new AtomicBoolean();

    ApacheExchange(ApacheHttp client, ApacheRequest request, ClassicHttpResponse response, long bytesMax)
            throws IOException {
        this.client = client;
        this.request = request;
        this.response = response;
        HttpEntity entity = response.getEntity();
        this.body = new Body(request, entity == null ? InputStream.nullInputStream() : entity.getContent(), bytesMax);
    }

    /** Content-Length, or -1. */
    long announcedBytes() {
        HttpEntity entity = response.getEntity();
        return entity == null ? -1 : entity.getContentLength();
    }

    @Override
    public int status() {
        return response.getCode();
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(response.getFirstHeader(name)).map(Header::getValue);
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public byte[] readAll(int bytesMax) throws HttpFault {
        return BoundedRead.all(body, bytesMax);
    }

    @Override
    public void until(Deadline deadline) {
        if (!over.get()) {
            request.until(deadline);
        }
    }

    /** This client does not say what is at hand, so it runs before each read. */
    @Override
    public void beforeWaiting(Runnable then) {
        body.beforeWaiting = then;
    }

    @Override
    public void close() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        body.beforeWaiting = () -> {};
        if (body.complete) {
            finish();
        } else {
            request.until(Deadline.after(FINISH_TIMEOUT, client.time()));
            Thread.ofVirtual().name("http-finish").start(this::finish);
        }
    }

    private void finish() {
        try {
            byte[] rest = new byte[1024];
            int left = FINISH_BYTES_MAX;
            while (left > 0 && !body.complete) {
                left -= Math.max(0, body.read(rest, 0, rest.length));
            }
            if (!body.complete) {
                request.end(Kind.CANCELLED);
            }
            response.close();
        } catch (IOException _) {
            request.end(Kind.CANCELLED);
        } finally {
            client.finished(request);
        }
    }

    @Override
    public void cancel() {
        if (over.compareAndSet(false, true)) {
            request.end(Kind.CANCELLED);
            client.finished(request);
        }
    }

    private static final class Body extends InputStream {
        private final ApacheRequest request;
        private final InputStream in;
        private final long bytesMax;
        private long total;
        private boolean complete;
        private Runnable beforeWaiting = () -> {};

        Body(ApacheRequest request, InputStream in, long bytesMax) {
            this.request = request;
            this.in = in;
            this.bytesMax = bytesMax;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                if (!complete) {
                    beforeWaiting.run();
                }
                int read = complete ? -1 : in.read(target, offset, length);
                complete |= read < 0;
                total += Math.max(0, read);
                if (total > bytesMax) {
                    request.end(Kind.TOO_LARGE);
                    throw HttpFault.tooLarge("body", bytesMax);
                }
                return read;
            } catch (HttpFault fault) {
                throw fault;
            } catch (IOException broken) {
                throw request.fault(broken);
            }
        }
    }
}
