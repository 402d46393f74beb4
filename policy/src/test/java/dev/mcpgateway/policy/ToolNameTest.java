package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolNameTest {

    @ParameterizedTest
    @CsvSource({
        "files__read_text, files, read_text",
        "a___x, a, _x",
        "a__b__c, a, b__c",
        "a-1_b__x.y/z, a-1_b, x.y/z",
        "0__*, 0, *",
        "crm__日本, crm, 日本"
    })
    void aCanonicalNameIsSplitAtItsFirstSeparator(String canonical, String alias, String tool) {
        ToolName name = ToolName.parse(canonical).orElseThrow();

        assertThat(name).isEqualTo(new ToolName(alias, tool));
        assertThat(name.canonical()).isEqualTo(canonical);
        assertThat(name).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "files",
                "files__",
                "__x",
                "_a__x",
                "-a__x",
                "Files__x",
                "a b__x",
                "é__x",
                "a_x",
                "a.b__x",
                "a__x\n",
                "a__\u0085",
                "a__x\u0000"
            })
    void whatIsNotCanonicalIsNoName(String text) {
        assertThat(ToolName.parse(text)).isEmpty();
    }

    @Test
    void lengthsAreBounded() {
        assertThat(ToolName.parse("a".repeat(32) + "__" + "t".repeat(128))).isPresent();
        assertThat(ToolName.parse("a".repeat(33) + "__t")).isEmpty();
        assertThat(ToolName.parse("a__" + "t".repeat(129))).isEmpty();
    }

    @Test
    void twoPairsNeverShareACanonicalName() {
        assertThatThrownBy(() -> new ToolName("a_", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ToolName("a__b", "c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ToolName("a", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesAreComparedExactly() {
        assertThat(ToolName.parse("a__read")).isNotEqualTo(ToolName.parse("a__Read"));
        assertThat(ToolName.parse("a__read")).isNotEqualTo(ToolName.parse("a__read "));
        assertThat(ToolName.parse("a__e\u0301")).isNotEqualTo(ToolName.parse("a__\u00e9"));
    }
}
