package dev.mcpgateway.gateway.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Texts in pieces: those that the library tokenizers 0.23.2 makes of them with the same vocabulary. */
class WordPieceTest {
    private static WordPiece words;

    @BeforeAll
    static void read() throws IOException {
        words = new WordPiece(OptionalFiles.vocabulary(WordPieceTest.class.getClassLoader()));
    }

    @Test
    void textsAreCutAsThePublishedTokenizerDoes() throws IOException {
        int compared = 0;
        try (InputStream in = WordPieceTest.class.getResourceAsStream("pieces.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.isEmpty()) {
                    continue;
                }
                JsonNode row = new JsonMapper().readTree(line);
                Optional<long[]> expected = row.get("ids").isNull()
                        ? Optional.empty()
                        : Optional.of(StreamSupport.stream(row.get("ids").spliterator(), false)
                                .mapToLong(JsonNode::asLong)
                                .toArray());

                assertThat(words.pieces(row.get("text").stringValue(), 512).orElse(null))
                        .as("%s", row.get("text"))
                        .isEqualTo(expected.orElse(null));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(25);
    }

    @Test
    void aTextThatTheModelWouldNotReadToItsEndHasNoPieces() {
        assertThat(words.pieces("word ".repeat(126), MiniLm.PIECES_MAX)).isPresent();
        assertThat(words.pieces("word ".repeat(127), MiniLm.PIECES_MAX)).isEmpty();
        assertThat(words.pieces("embeddings ".repeat(42), MiniLm.PIECES_MAX)).isEmpty();
    }

    @Test
    void aWordThatCannotBeSpelledMakesTheTextUnreadable() {
        assertThat(words.pieces("what is \uD83D\uDE00", MiniLm.PIECES_MAX)).isEmpty();
        assertThat(words.pieces("a".repeat(101), 512)).isEmpty();
    }

    @Test
    void theModelsMarksAreTextInATextOfAUser() {
        long[] pieces = words.pieces("[SEP] [CLS]", MiniLm.PIECES_MAX).orElseThrow();

        assertThat(LongStream.of(pieces).filter(each -> each == 102).count()).isOne();
        assertThat(LongStream.of(pieces).filter(each -> each == 101).count()).isOne();
    }

    @Test
    void aVocabularyOfAnotherModelIsRefused() {
        Map<String, Integer> other = Map.of("a", 1);

        assertThatThrownBy(() -> new WordPiece(other)).hasMessageContaining("[CLS]");
    }
}
