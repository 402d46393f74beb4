package dev.mcpgateway.gateway.endtoend;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A stream on which an agent hears of changes, over a connection of its own. */
public final class AgentStream implements AutoCloseable {
    private final WireClient client;
    private final WireAnswer head;

    private AgentStream(WireClient client, WireAnswer head) {
        this.client = client;
        this.head = head;
    }

    /** Opens it; fails when the answer is none. */
    static AgentStream open(TestGateway gateway, WireRequest request) {
        AgentStream stream = ask(gateway, request);
        if (!stream.head.isEventStream()) {
            throw new AssertionError("no stream: " + stream.head);
        }
        return stream;
    }

    /** Asks for it; the answer may be another. */
    static AgentStream ask(TestGateway gateway, WireRequest request) {
        try {
            WireClient client = gateway.connect();
            client.send(request.bytes());
            return new AgentStream(client, client.readHead());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Status and headers. */
    public WireAnswer head() {
        return head;
    }

    /** The next message as it came. */
    public String text() {
        try {
            return client.readEvent();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The next message. */
    public JsonNode next() {
        return JsonMapper.shared().readTree(text());
    }

    /** Reads up to a message with this in it: a server's line that is opened anew counts as a change. */
    public void until(String part) {
        while (!text().contains(part)) {}
    }

    /** The method of the next message. */
    public String method() {
        return next().path("method").asString("");
    }

    /** The messages up to the orderly end. */
    public List<String> rest() {
        try {
            return client.readEventsToEnd();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Reads until the connection breaks, which an orderly end does not do. */
    public List<String> untilBroken() {
        List<String> came = new ArrayList<>();
        try {
            while (true) {
                came.add(client.readEvent());
            }
        } catch (EOFException | SocketException broken) {
            return came;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The connection. */
    public WireClient client() {
        return client;
    }

    /** The agent is gone. */
    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
