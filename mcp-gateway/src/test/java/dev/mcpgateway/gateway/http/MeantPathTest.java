package dev.mcpgateway.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A base URL that was pasted with too much or too little in it leads to a path that can be told. */
class MeantPathTest {
    private static final Routes ROUTES = new Routes(Stream.of(
                    "/mcp",
                    "/v1/chat/completions",
                    "/openai/v1/chat/completions",
                    "/anthropic/v1/messages",
                    "/v1beta/models",
                    "/v1beta/models" + Routes.ANY,
                    "/v1/models",
                    "/v1/models" + Routes.ANY)
            .map(path -> new Route(path, Set.of("POST"), Access.AUTHENTICATED, false, _ -> {}))
            .toList());

    @ParameterizedTest
    @CsvSource({
        "/chat/completions,/v1/chat/completions",
        "/v1/chat/completions/,/v1/chat/completions",
        "//v1/chat/completions,/v1/chat/completions",
        "/openai/chat/completions,/openai/v1/chat/completions",
        "/openai/v1/v1/chat/completions,/openai/v1/chat/completions",
        "/anthropic/messages,/anthropic/v1/messages",
        "/anthropic/v1/v1/messages,/anthropic/v1/messages",
        "/models,/v1/models",
        "/models/gpt,/v1/models/{id}",
        "/mcp/,/mcp"
    })
    void aPathThatLacksItsVersionOrHasItTwice(String asked, String meant) {
        assertThat(ROUTES.find(asked)).isNull();
        assertThat(ROUTES.meant(asked)).isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "/",
        "/v1",
        "/v1/",
        "/messages",
        "/v1/completions",
        "/openai/v1/messages",
        "/./mcp",
        "/x/../mcp",
        "/%6dcp",
        "/Mcp"
    })
    void whoDoesNotKnowTheRestIsToldNothing(String asked) {
        assertThat(ROUTES.meant(asked)).isEmpty();
    }

    @Test
    void aVeryLongPathIsNotLookedAt() {
        assertThat(ROUTES.meant("/".repeat(511) + "mcp")).isEmpty();
        assertThat(ROUTES.meant("/".repeat(509) + "mcp")).isEqualTo("/mcp");
    }
}
