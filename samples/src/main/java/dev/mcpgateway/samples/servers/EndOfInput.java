package dev.mcpgateway.samples.servers;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/** An input stream that lets others wait for its end. */
final class EndOfInput extends FilterInputStream {
    private final CountDownLatch ended = new CountDownLatch(1);

    EndOfInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        return noticeEnd(super.read());
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return noticeEnd(super.read(buffer, offset, length));
    }

    /** Waits until somebody has read to the end. */
    void await() throws InterruptedException {
        ended.await();
    }

    private int noticeEnd(int result) {
        if (result < 0) {
            ended.countDown();
        }
        return result;
    }
}
