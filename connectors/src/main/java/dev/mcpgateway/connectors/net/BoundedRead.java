package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads a body whole, within a bound. */
final class BoundedRead {
    private static final int FIRST_BYTES = 4 * 1024;

    private BoundedRead() {}

    static byte[] all(InputStream in, int bytesMax) throws HttpFault {
        try {
            byte[] bytes = new byte[Math.min(FIRST_BYTES, bytesMax)];
            int filled = 0;
            while (true) {
                if (filled == bytes.length) {
                    // one byte more than allowed tells a body that fits from one that does not
                    int grown = (int) Math.min(Math.max(64L, bytes.length * 2L), bytesMax + 1L);
                    bytes = Arrays.copyOf(bytes, grown);
                }
                int read = in.read(bytes, filled, bytes.length - filled);
                if (read < 0) {
                    return Arrays.copyOf(bytes, filled);
                }
                filled += read;
                if (filled > bytesMax) {
                    throw HttpFault.tooLarge("body", bytesMax);
                }
            }
        } catch (HttpFault fault) {
            throw fault;
        } catch (IOException broken) {
            throw new HttpFault(Kind.BROKEN, true, "the answer could not be read", broken);
        }
    }
}
