package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureNameTest {

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
        FeatureName name = FeatureName.parseTool(canonical).orElseThrow();

        assertThat(name).isEqualTo(FeatureName.tool(alias, tool));
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
        assertThat(FeatureName.parseTool(text)).isEmpty();
    }

    @Test
    void lengthsAreBounded() {
        assertThat(FeatureName.parseTool("a".repeat(32) + "__" + "t".repeat(128)))
                .isPresent();
        assertThat(FeatureName.parseTool("a".repeat(33) + "__t")).isEmpty();
        assertThat(FeatureName.parseTool("a__" + "t".repeat(129))).isEmpty();
    }

    @Test
    void twoPairsNeverShareACanonicalName() {
        assertThatThrownBy(() -> FeatureName.tool("a_", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FeatureName.tool("a__b", "c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FeatureName.tool("a", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesAreComparedExactly() {
        assertThat(FeatureName.parseTool("a__read")).isNotEqualTo(FeatureName.parseTool("a__Read"));
        assertThat(FeatureName.parseTool("a__read")).isNotEqualTo(FeatureName.parseTool("a__read "));
        assertThat(FeatureName.parseTool("a__e\u0301")).isNotEqualTo(FeatureName.parseTool("a__\u00e9"));
    }
}
