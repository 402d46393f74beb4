package dev.mcpgateway.connectors.model.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nobody asks in Converse's words, so that nothing comes back from there: that all is said, in its order and in turns, is seen in
 * what is sent.
 */
class ConverseConversationTest {
    private static final long CONVERSATIONS = 400;
    private static final Target TARGET = new Target("meta.llama-x", "bedrock-meta", 9, false, Set.of(Feature.values()));

    static LongStream seeds() {
        return LongStream.range(0, CONVERSATIONS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void allThatIsSaidArrivesInItsOrderAndSpeakersTakeTurns(long seed) {
        byte[] request = new Conversation(new Random(seed), false).request();
        Node asked = Node.ofRequest(request);
        List<String> said = said(asked);

        RequestTranslation translated = Translator.between(ModelApi.MESSAGES, ModelApi.CONVERSE, Transcripts.KEY)
                .request(request, TARGET);

        if (said.isEmpty() || !said.getFirst().startsWith("user")) {
            assertThat(translated).isInstanceOf(RequestTranslation.Untranslatable.class);
            return;
        }
        assertThat(translated).isInstanceOf(RequestTranslation.Translated.class);
        Node sent = Node.ofRequest(((RequestTranslation.Translated) translated).body());
        assertThat(sentTexts(sent.elementsOf("system"))).isEqualTo(saidTexts(asked.elementsOf("system")));
        assertThat(sent(sent)).isEqualTo(said);
        List<String> tools = tools(asked);
        boolean hasCalls = said.stream().anyMatch(line -> line.contains(" call "));
        assertThat(offered(sent)).isEqualTo(tools.isEmpty() && hasCalls ? List.of("gateway_no_tool") : tools);
    }

    private static List<String> said(Node asked) {
        List<String> lines = new ArrayList<>();
        for (Node message : asked.need("messages").elements()) {
            String who = message.need("role").text();
            for (Node block : message.need("content").elements()) {
                switch (block.need("type").text()) {
                    case "text" -> {
                        if (!block.need("text").text().isBlank()) {
                            lines.add(who + " text " + block.need("text").text());
                        }
                    }
                    case "image" ->
                        lines.add(who + " image "
                                + block.need("source").need("data").text());
                    case "tool_use" ->
                        lines.add(who + " call " + block.need("id").text() + " "
                                + block.need("name").text() + " "
                                + block.need("input").raw());
                    default -> {
                        List<String> texts = saidTexts(block.need("content").elements());
                        lines.add(who + " result " + block.need("tool_use_id").text() + " "
                                + (texts.isEmpty() ? List.of("[no output]") : texts));
                    }
                }
            }
        }
        return lines;
    }

    private static List<String> saidTexts(List<Node> blocks) {
        return blocks.stream()
                .map(block -> block.need("text").text())
                .filter(text -> !text.isBlank())
                .toList();
    }

    private static List<String> sentTexts(List<Node> blocks) {
        return blocks.stream().map(block -> block.need("text").text()).toList();
    }

    private static List<String> sent(Node sent) {
        List<String> lines = new ArrayList<>();
        String before = "assistant";
        for (Node message : sent.need("messages").elements()) {
            String who = message.need("role").text();
            assertThat(who).isNotEqualTo(before);
            before = who;
            for (Node block : message.need("content").elements()) {
                Node call = block.get("toolUse");
                Node result = block.get("toolResult");
                if (call != null) {
                    lines.add(who + " call " + call.need("toolUseId").text() + " "
                            + call.need("name").text() + " "
                            + call.need("input").raw());
                } else if (result != null) {
                    lines.add(who + " result " + result.need("toolUseId").text() + " "
                            + sentTexts(result.need("content").elements()));
                } else if (block.get("image") != null) {
                    lines.add(who + " image "
                            + block.need("image").need("source").need("bytes").text());
                } else {
                    lines.add(who + " text " + block.need("text").text());
                }
            }
        }
        return lines;
    }

    private static List<String> tools(Node asked) {
        Node choice = asked.get("tool_choice");
        if (choice != null && choice.need("type").text().equals("none")) {
            return List.of();
        }
        return asked.elementsOf("tools").stream()
                .map(tool -> tool.need("name").text()
                        + tool.textOf("description").strip()
                        + tool.need("input_schema").raw()
                        + tool.flag("strict"))
                .toList();
    }

    private static List<String> offered(Node sent) {
        Node config = sent.get("toolConfig");
        return config == null
                ? List.of()
                : config.need("tools").elements().stream()
                        .map(tool -> tool.need("toolSpec"))
                        .map(tool -> tool.need("name").text().equals("gateway_no_tool")
                                ? "gateway_no_tool"
                                : tool.need("name").text()
                                        + tool.textOf("description").strip()
                                        + tool.need("inputSchema").need("json").raw()
                                        + tool.flag("strict"))
                        .toList();
    }
}
