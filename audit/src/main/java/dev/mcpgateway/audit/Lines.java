package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;

/** Lines of a file, in one direction, each a range of the reader's own buffer that is valid until the next call. */
interface Lines extends Closeable {
    /** Moves to the next line; false when there is none. */
    boolean next() throws IOException;

    byte[] array();

    int from();

    /** End of the line, without its LF. */
    int to();

    /** Whether the line ended in LF. */
    boolean isTerminated();

    /** Where the line begins in the file. */
    long offset();
}
