package dev.mcpgateway.gateway.model.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Streams under guardrails: the verdict of the whole answer, in order, and arguments only when they are complete. */
class StreamGuardTest {
    private static final String SECRET = "The key is sk-0123456789abcdef, keep it.";
    private static final String REDACT =
            "lists: [{id: key, patterns: 'sk-[0-9a-f]{16}', mode: enforce, action: redact}]";
    private static final String BLOCK = "lists: [{id: key, patterns: 'sk-[0-9a-f]{16}', mode: enforce, action: block}]";

    /** How one protocol says a text in parts, and calls a tool. */
    enum Dialect {
        CHAT(ModelApi.CHAT_COMPLETIONS) {
            @Override
            List<String> said(List<String> parts) {
                List<String> events =
                        new ArrayList<>(List.of("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}"));
                parts.forEach(part -> events.add(
                        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":" + quoted(part) + "}, \"x\":1.10}]}"));
                events.add("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
                events.add("[DONE]");
                return events;
            }

            @Override
            String text(JsonNode event) {
                return event.at("/choices/0/delta/content").asString("");
            }

            @Override
            String whole(String text) {
                return "{\"choices\":[{\"message\":{\"content\":" + quoted(text) + "}}]}";
            }

            @Override
            List<String> called(List<String> parts) {
                List<String> events = new ArrayList<>(
                        List.of(
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
                                        + "\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"send\",\"arguments\":\"\"}}]}}]}"));
                parts.forEach(part -> events.add("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                        + "{\"arguments\":" + quoted(part) + "}}]}}]}"));
                events.add("{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}");
                events.add("[DONE]");
                return events;
            }

            @Override
            String arguments(JsonNode event) {
                return event.at("/choices/0/delta/tool_calls/0/function/arguments")
                        .asString("");
            }
        },
        MESSAGES(ModelApi.MESSAGES) {
            @Override
            List<String> said(List<String> parts) {
                List<String> events = new ArrayList<>(List.of(
                        "{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":10}}}",
                        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                        "{\"type\": \"ping\"}"));
                parts.forEach(part -> events.add("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                        + "{\"type\":\"text_delta\",\"text\":" + quoted(part) + "}}"));
                events.add("{\"type\":\"content_block_stop\",\"index\":0}");
                events.add("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}");
                events.add("{\"type\":\"message_stop\"}");
                return events;
            }

            @Override
            String text(JsonNode event) {
                return event.at("/delta/text").asString("");
            }

            @Override
            String whole(String text) {
                return "{\"content\":[{\"type\":\"text\",\"text\":" + quoted(text) + "}]}";
            }

            @Override
            List<String> called(List<String> parts) {
                List<String> events = new ArrayList<>(List.of("{\"type\":\"content_block_start\",\"index\":1,"
                        + "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"send\",\"input\":{}}}"));
                parts.forEach(part -> events.add("{\"type\":\"content_block_delta\",\"index\":1,\"delta\":"
                        + "{\"type\":\"input_json_delta\",\"partial_json\":" + quoted(part) + "}}"));
                events.add("{\"type\":\"content_block_stop\",\"index\":1}");
                events.add("{\"type\":\"message_stop\"}");
                return events;
            }

            @Override
            String arguments(JsonNode event) {
                return event.at("/delta/partial_json").asString("");
            }
        },
        RESPONSES(ModelApi.RESPONSES) {
            @Override
            List<String> said(List<String> parts) {
                List<String> events = new ArrayList<>(
                        List.of(
                                "{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"instructions\":\"x\",\"output\":[]}}"));
                parts.forEach(part -> events.add("{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
                        + "\"output_index\":0,\"content_index\":0,\"delta\":" + quoted(part) + "}"));
                String all = String.join("", parts);
                events.add("{\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0,\"text\":"
                        + quoted(all) + "}");
                events.add(
                        "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\",\"content\":"
                                + "[{\"type\":\"output_text\",\"text\":" + quoted(all) + "}]}]}}");
                return events;
            }

            @Override
            String text(JsonNode event) {
                return event.at("/type").asString().equals("response.output_text.delta")
                        ? event.at("/delta").asString()
                        : "";
            }

            @Override
            String whole(String text) {
                return "{\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":"
                        + quoted(text) + "}]}]}";
            }

            @Override
            List<String> called(List<String> parts) {
                List<String> events = new ArrayList<>();
                parts.forEach(part -> events.add("{\"type\":\"response.function_call_arguments.delta\","
                        + "\"output_index\":0,\"delta\":" + quoted(part) + "}"));
                events.add("{\"type\":\"response.function_call_arguments.done\",\"output_index\":0,\"arguments\":"
                        + quoted(String.join("", parts)) + "}");
                events.add("{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"function_call\","
                        + "\"name\":\"send\",\"arguments\":" + quoted(String.join("", parts)) + "}]}}");
                return events;
            }

            @Override
            String arguments(JsonNode event) {
                return event.at("/type").asString().endsWith("arguments.delta")
                        ? event.at("/delta").asString()
                        : "";
            }
        };

        private final ModelApi api;

        Dialect(ModelApi api) {
            this.api = api;
        }

        abstract List<String> said(List<String> parts);

        abstract String text(JsonNode event);

        abstract String whole(String text);

        abstract List<String> called(List<String> parts);

        abstract String arguments(JsonNode event);
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static JsonNode json(String event) {
        return event.startsWith("{")
                ? JsonMapper.shared().readTree(event)
                : JsonMapper.shared().createObjectNode();
    }

    /** Every way to cut a text into two parts, and many into three and four. */
    private static List<List<String>> cuts(String text) {
        List<List<String>> cuts = new ArrayList<>(List.of(List.of(text)));
        for (int i = 0; i <= text.length(); i++) {
            cuts.add(List.of(text.substring(0, i), text.substring(i)));
            for (int j = i; j <= text.length(); j += 3) {
                cuts.add(List.of(text.substring(0, i), text.substring(i, j), text.substring(j)));
                int k = (j + text.length()) / 2;
                cuts.add(List.of(text.substring(0, i), text.substring(i, j), text.substring(j, k), text.substring(k)));
            }
        }
        return cuts;
    }

    @ParameterizedTest
    @EnumSource
    void aSecretThatIsCutAnywhereIsRedactedAsInTheWholeAnswer(Dialect dialect) {
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            String expected = SECRET.replace("sk-0123456789abcdef", "[redacted:key]");
            assertThat(calls.answer(dialect.api, dialect.whole(SECRET))).isEqualTo(dialect.whole(expected));

            for (List<String> parts : cuts(SECRET)) {
                List<String> events = dialect.said(parts);
                List<String> passed = calls.stream(dialect.api, events);

                assertThat(passed).as(parts.toString()).hasSameSizeAs(events).doesNotContain("refused");
                StringBuilder text = new StringBuilder();
                passed.forEach(event -> text.append(dialect.text(json(event))));
                assertThat(text.toString()).as(parts.toString()).isEqualTo(expected);
                assertThat(String.join("", passed)).doesNotContain("0123456789abcdef");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecretThatIsCutAnywhereEndsTheStreamWhereTheWholeAnswerIsWithheld(Dialect dialect) {
        try (GuardedCalls calls = GuardedCalls.under(BLOCK)) {
            assertThat(calls.answer(dialect.api, dialect.whole(SECRET))).isEqualTo("refused");

            for (List<String> parts : cuts(SECRET)) {
                List<String> passed = calls.stream(dialect.api, dialect.said(parts));

                assertThat(passed).as(parts.toString()).last().isEqualTo("refused");
                assertThat(passed)
                        .as("nothing of it")
                        .noneMatch(event -> dialect.text(json(event)).contains("sk-"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void cleanStreamsPassWithTheSameBytesInTheSameOrder(Dialect dialect) {
        try (GuardedCalls calls = GuardedCalls.under(
                "answers: {injection: {mode: enforce, action: block}, hidden: {mode: enforce, action: redact}}",
                REDACT)) {
            List<String> parts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                parts.add("A harmless w\u00f6rd or two, ");
            }
            List<String> events = dialect.said(parts);

            assertThat(calls.stream(dialect.api, events)).isEqualTo(events);
            assertThat(calls.answer(dialect.api, dialect.whole("all well"))).isEqualTo(dialect.whole("all well"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void argumentsWaitUntilTheyAreCompleteAndAreRedactedInside(Dialect dialect) {
        String arguments = "{\"to\": \"bob\", \"n\": 1.10, \"key\": \"sk-0123456789\\u0061bcdef\"}";
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            for (List<String> parts : cuts(arguments).subList(0, 60)) {
                List<String> passed = calls.stream(dialect.api, dialect.called(parts));

                Set<String> given = new TreeSet<>();
                passed.forEach(event -> given.add(dialect.arguments(json(event))));
                given.remove("");
                assertThat(given)
                        .as(parts.toString())
                        .containsExactly("{\"to\": \"bob\", \"n\": 1.10, \"key\": \"[redacted:key]\"}");
                assertThat(String.join("", passed)).doesNotContain("0123456789");
            }
        }
        try (GuardedCalls calls = GuardedCalls.under(BLOCK)) {
            List<String> passed = calls.stream(dialect.api, dialect.called(List.of(arguments)));
            assertThat(passed).last().isEqualTo("refused");
            assertThat(passed).noneMatch(event -> dialect.arguments(json(event)).contains("bob"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsOnlyRecordedPassesAtOnce(Dialect dialect) {
        try (GuardedCalls calls =
                GuardedCalls.under("lists: [{id: key, patterns: 'sk-[0-9a-f]{16}', mode: shadow, action: block}]")) {
            List<String> events = dialect.said(List.of(SECRET));

            assertThat(calls.stream(dialect.api, events)).isEqualTo(events);
            assertThat(calls.stream(dialect.api, dialect.called(List.of("{\"a\":\"" + SECRET + "\"}"))))
                    .hasSameSizeAs(dialect.called(List.of("{}")));
        }
    }

    @Test
    void anEventWithoutTextPassesAtOnceAndNeverOvertakes() {
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            var watch = calls.call(ModelApi.MESSAGES, "{\"model\":\"m\",\"stream\":true}").stream();
            List<String> events = Dialect.MESSAGES.said(List.of("one ", "two"));
            List<Integer> given = new ArrayList<>();
            for (String event : events) {
                given.add(watch.next(
                                new ModelEvent("message", event.getBytes(StandardCharsets.UTF_8), ModelEvent.Mark.OPEN))
                        .size());
            }
            assertThat(given)
                    .as("start, block, ping at once; two parts wait for the end of their block; the rest at once")
                    .containsExactly(1, 1, 1, 0, 0, 3, 1, 1);
        }
    }

    @Test
    void whatIsHeldIsBounded() {
        try (GuardedCalls calls = GuardedCalls.under(10_000, REDACT)) {
            List<String> parts = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                parts.add("\\u0061 plain argument text of some length ");
            }
            List<String> passed = calls.stream(ModelApi.CHAT_COMPLETIONS, Dialect.CHAT.called(parts));

            assertThat(passed).last().isEqualTo("refused");
            assertThat(passed).hasSizeLessThan(3);
        }
    }

    @Test
    void parallelCallsAndChoicesAreTextsOfTheirOwn() {
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            List<String> passed = calls.stream(
                    ModelApi.CHAT_COMPLETIONS,
                    List.of(
                            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"sk-01234567\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"89abcdef\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\" sk-01234567\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"89abcdef\"}}]}",
                            "[DONE]"));

            assertThat(passed)
                    .containsExactly(
                            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"sk-01234567\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"89abcdef\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\" [redacted:key]\"}}]}",
                            "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"\"}}]}",
                            "[DONE]");
        }
    }

    @Test
    void aFieldThatNobodyKnowsIsATextToo() {
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            assertThat(calls.stream(
                            ModelApi.CHAT_COMPLETIONS,
                            List.of(
                                    "{\"choices\":[{\"delta\":{\"musing\":[{\"t\":\"sk-0123\"}]}}],\"n\":\"x\"}",
                                    "{\"choices\":[{\"delta\":{\"musing\":[{\"t\":\"456789abcdef\"}]}}]}",
                                    "{\"choices\":[],\"note\":\"sk-0123456789abcdef\"}")))
                    .containsExactly(
                            "{\"choices\":[{\"delta\":{\"musing\":[{\"t\":\"[redacted:key]\"}]}}],\"n\":\"x\"}",
                            "{\"choices\":[{\"delta\":{\"musing\":[{\"t\":\"\"}]}}]}",
                            "{\"choices\":[],\"note\":\"[redacted:key]\"}");
        }
    }

    @Test
    void argumentsThatGoogleStreamsInPartsWaitUntilTheCallIsComplete() {
        List<String> events = List.of(
                gemini("{\"name\":\"send\",\"willContinue\":true}"),
                gemini(
                        "{\"partialArgs\":[{\"jsonPath\":\"$.key\",\"stringValue\":\"it is sk-0123\",\"willContinue\":true}],"
                                + "\"willContinue\":true}"),
                gemini("{\"partialArgs\":[{\"jsonPath\":\"$.n\",\"numberValue\":1}],\"willContinue\":true}"),
                gemini(
                        "{\"partialArgs\":[{\"jsonPath\":\"$.key\",\"stringValue\":\"456789abcdef\"}],\"willContinue\":true}"),
                gemini("{}"),
                "{\"candidates\":[{\"finishReason\":\"STOP\"}]}");
        try (GuardedCalls redacting = GuardedCalls.under(REDACT);
                GuardedCalls blocking = GuardedCalls.under(BLOCK)) {
            List<String> passed = redacting.stream(ModelApi.GENERATE_CONTENT, events);

            assertThat(passed).hasSameSizeAs(events).doesNotContain("refused");
            assertThat(passed.get(1)).contains("\"it is [redacted:key]\"");
            assertThat(passed.get(3)).contains("\"stringValue\":\"\"");
            assertThat(blocking.stream(ModelApi.GENERATE_CONTENT, events))
                    .hasSize(2)
                    .first()
                    .isEqualTo(events.getFirst());
            assertThat(blocking.stream(ModelApi.GENERATE_CONTENT, events))
                    .last()
                    .isEqualTo("refused");
        }
    }

    private static String gemini(String call) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":" + call + "}]}}]}";
    }

    @ParameterizedTest
    @EnumSource
    void argumentsThatAreNoStrictJsonAreReadWithTheirEscapesResolved(Dialect dialect) {
        try (GuardedCalls calls = GuardedCalls.under(REDACT)) {
            for (String arguments : List.of(
                    "{\"k\":NaN,\"x\":\"\\u0073k-0123456789abcdef\"}",
                    "{\"k\":1,\"k\":\"s\\u006b-0123456789abcdef\"}",
                    "{\"cut\":\"\\x73k-0123456789abcdef")) {
                List<String> passed = calls.stream(dialect.api, dialect.called(List.of(arguments)));

                assertThat(passed).as(arguments).last().isEqualTo("refused");
                assertThat(passed)
                        .noneMatch(event -> dialect.arguments(json(event)).contains("0123"));
            }
        }
    }
}
