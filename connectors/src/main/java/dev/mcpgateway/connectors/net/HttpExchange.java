package dev.mcpgateway.connectors.net;

import java.io.InputStream;
import java.util.Optional;

/**
 * The answer to one {@link HttpCall} whose head has arrived. Used by one thread; only {@link #cancel()} may come from
 * others. Must be closed.
 */
public interface HttpExchange extends AutoCloseable {

    /** The final status, 200 to 599. */
    int status();

    /** The value of a header field; of the first one, should the peer repeat it. */
    Optional<String> header(String name);

    /**
     * The body, at most {@link HttpCall#replyBytesMax()} bytes. Reads throw {@link HttpFault} and nothing else; the end
     * of the stream is the end of the body as framed, never a cut.
     */
    InputStream body();

    /**
     * The whole body.
     *
     * @throws HttpFault with {@link HttpFault.Kind#TOO_LARGE} when it has more than {@code bytesMax} bytes
     */
    byte[] readAll(int bytesMax) throws HttpFault;

    /**
     * Gives the exchange another end than its call's, later or earlier; one that is over stays over. A reader that is
     * blocked meanwhile is ended by it.
     */
    void until(Deadline deadline);

    /**
     * Runs this on the reading thread before each read of the body that may have to wait for the peer; while bytes are at
     * hand it does not run. What it throws comes out of the read.
     */
    void beforeWaiting(Runnable then);

    /**
     * Gives the connection back when the body was read to its end, or ends within moments; closes it otherwise. Never
     * blocks.
     */
    @Override
    void close();

    /** Closes the connection at once, from any thread. A blocked read ends with {@link HttpFault.Kind#CANCELLED}. */
    void cancel();
}
