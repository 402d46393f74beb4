package dev.mcpgateway.connectors.model.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A request of messages by chance, written in the order in which the product does. */
final class Conversation {
    private static final String[] TEXTS = {
        "x", "Grüße", "🙂\u2028", "\"quoted\\\"", "\n\t\u0001", "</script>", "{\"a\":1}", "漢字", " ", "\u007f"
    };

    private final Random random;
    private final boolean returns;
    private final JsonOut out = new JsonOut();
    private int ids;

    /** One that is to come back as it was has pictures that the provider is to fetch, and neither texts of blanks nor a user. */
    Conversation(Random random, boolean returns) {
        this.random = random;
        this.returns = returns;
    }

    byte[] request() {
        out.open().text("model", "m").number("max_tokens", 1 + random.nextInt(100_000));
        if (random.nextBoolean()) {
            out.openList("system");
            texts(1 + random.nextInt(3));
            out.closeList();
        }
        out.openList("messages");
        List<String> pending = List.of();
        int turns = 1 + 2 * random.nextInt(4);
        for (int i = 0; i < turns; i++) {
            if (i % 2 == 0) {
                user(pending);
            } else {
                pending = assistant();
            }
        }
        out.closeList();
        boolean tools = random.nextBoolean();
        if (tools) {
            tools();
        }
        if (random.nextBoolean()) {
            out.raw("temperature", random.nextBoolean() ? "0.10" : "1").raw("top_p", "0.123456789012345678");
        }
        if (random.nextBoolean()) {
            out.openList("stop_sequences");
            texts("END", "\n\n");
            out.closeList();
        }
        if (random.nextBoolean() && !returns) {
            out.open("metadata").text("user_id", text()).close();
        }
        if (random.nextBoolean()) {
            out.truth("stream", true);
        }
        return out.close().toBytes();
    }

    private void texts(String... texts) {
        for (String each : texts) {
            out.text(each);
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            text.append(TEXTS[random.nextInt(TEXTS.length)]);
        }
        return text.toString();
    }

    private void texts(int count) {
        for (int i = 0; i < count; i++) {
            String text = text();
            out.open().text("type", "text").text("text", returns && text.isBlank() ? "x" : text);
            out.close();
        }
    }

    private void user(List<String> pending) {
        out.open().text("role", "user").openList("content");
        for (String id : pending) {
            out.open().text("type", "tool_result").text("tool_use_id", id).openList("content");
            texts(random.nextInt(3));
            out.closeList().close();
        }
        if (pending.isEmpty() || random.nextBoolean()) {
            texts(1 + random.nextInt(2));
            if (random.nextBoolean()) {
                out.open().text("type", "image").open("source").text("type", "base64");
                out.text("media_type", "image/webp")
                        .text("data", "AAAA")
                        .close()
                        .close();
                if (returns) {
                    out.open().text("type", "image").open("source").text("type", "url");
                    out.text("url", "https://example.com/" + random.nextInt())
                            .close()
                            .close();
                }
            }
        }
        out.closeList().close();
    }

    private List<String> assistant() {
        out.open().text("role", "assistant").openList("content");
        int calls = random.nextInt(4);
        texts(calls == 0 ? 1 : random.nextInt(3));
        List<String> pending = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            String id = "id_" + ids++;
            pending.add(id);
            out.open().text("type", "tool_use").text("id", id).text("name", "f" + i);
            out.name("input");
            object(0);
            out.close();
        }
        out.closeList().close();
        return pending;
    }

    private void object(int depth) {
        out.open();
        for (int i = random.nextInt(4); i > 0; i--) {
            out.name("k" + i + text());
            switch (random.nextInt(depth < 4 ? 6 : 4)) {
                case 0 -> out.text(text());
                case 1 -> out.raw("-12345678901234567890.0123e+45");
                case 2 -> out.raw("null");
                case 3 -> out.raw("[true,[],{}]");
                default -> object(depth + 1);
            }
        }
        out.close();
    }

    private void tools() {
        out.openList("tools");
        for (int i = 0; i < 3; i++) {
            out.open().text("name", "f" + i);
            if (random.nextBoolean()) {
                out.text("description", text());
            }
            out.raw("input_schema", "{\"type\":\"object\", \"maximum\": 1E400}");
            if (random.nextBoolean()) {
                out.truth("strict", random.nextBoolean());
            }
            out.close();
        }
        out.closeList();
        boolean parallel = random.nextBoolean();
        switch (random.nextInt(5)) {
            case 0 -> out.open("tool_choice").text("type", "none").close();
            case 1 -> choice("auto", parallel);
            case 2 -> choice("any", parallel);
            case 3 -> {
                out.open("tool_choice").text("type", "tool").text("name", "f1").close();
            }
            default -> {}
        }
    }

    private void choice(String type, boolean parallel) {
        out.open("tool_choice").text("type", type);
        if (!parallel) {
            out.truth("disable_parallel_tool_use", true);
        }
        out.close();
    }
}
