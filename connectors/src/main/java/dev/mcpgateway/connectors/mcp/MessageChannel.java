package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.OptionalLong;

/** One way to and from a server over which all messages go, requests and answers of many calls mixed. */
public interface MessageChannel extends AutoCloseable {

    /**
     * Sends one message without waiting for the peer; only {@code notifications/initialized}, which must arrive before
     * all others, may be waited for.
     *
     * @return false when too much is waiting to be sent or the channel is closed; then nothing of it is sent
     */
    boolean send(byte[] message);

    /** Ends the channel and waits for it, bounded. */
    @Override
    void close();

    /** Gets what comes in, on one thread, in order. Must not block. */
    interface Receiver {
        /** A message. */
        void message(Envelope message);

        /**
         * A message longer than the channel carries.
         *
         * @param id its integer id, if that could be read
         * @param bytesMax the bound
         */
        void tooLong(OptionalLong id, long bytesMax);

        /**
         * A message that was handed over for sending and did not arrive, or not for certain.
         *
         * @param id its integer id, if it had one
         * @param why a sentence for operators
         */
        void lost(OptionalLong id, String why);

        /** Something that is no message. */
        void unreadable();

        /**
         * The channel has ended; nothing follows.
         *
         * @param why a sentence for operators
         */
        void closed(String why);
    }

    /** Makes a channel. */
    @FunctionalInterface
    interface Opener {
        /** Connects or starts; returns when messages can be sent. */
        MessageChannel open(Receiver receiver, SessionCredential credential, Deadline deadline) throws UpstreamFault;
    }
}
