package dev.mcpgateway.connectors.testing;

/** How a scripted tool answers one call. Runs on the connection's thread; the connection stays open afterwards. */
@FunctionalInterface
public interface ToolScript {
    /** Answers. */
    void answer(ToolTurn turn) throws Exception;

    /** A tool that answers with this text as its only content. */
    static ToolScript text(String text) {
        return turn -> turn.result(textResult(text));
    }

    /** A tool that answers with this JSON as its result. */
    static ToolScript result(String resultJson) {
        return turn -> turn.result(resultJson);
    }

    /** A tool that answers with an HTTP status and body. */
    static ToolScript status(int status, String contentType, String body) {
        return turn -> turn.connection().answer(status, contentType, body);
    }

    /** A tool that sends these bytes as the whole HTTP answer and closes the connection. */
    static ToolScript raw(String answer) {
        return turn -> {
            turn.connection().write(answer);
            turn.connection().close();
        };
    }

    /** A tool that never answers; it notes when its caller has gone. */
    static ToolScript hanging(Runnable gone) {
        return turn -> {
            turn.connection().awaitPeerClose();
            gone.run();
        };
    }

    /** The result with one text. */
    static String textResult(String text) {
        return "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}";
    }
}
