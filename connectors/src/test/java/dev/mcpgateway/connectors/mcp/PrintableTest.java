package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing of others' text can end a log line, move a cursor or hide. */
class PrintableTest {

    @ParameterizedTest
    @CsvSource({
        "plain text, plain text",
        "'a\nb\r', a\\u000ab\\u000d",
        "'\u001b[31m', \\u001b[31m",
        "'a\u2028b\u202e', a\\u2028b\\u202e",
        "'back\\slash', back\\u005cslash",
        "é😀, \\u00e9\\ud83d\\ude00"
    })
    void itIsOneLineOfPrintableAscii(String text, String printed) {
        assertThat(Printable.of(text, 100)).isEqualTo(printed);
    }

    @Test
    void itIsBounded() {
        assertThat(Printable.of("x".repeat(10), 10)).isEqualTo("x".repeat(10));
        assertThat(Printable.of("x".repeat(11), 10)).isEqualTo("x".repeat(10) + "...");
    }
}
