package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static Optional<String> canonical(String json) throws Exception {
        JsonDocument document =
                StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, 64));
        return CanonicalJson.of(document, JsonDocument.ROOT).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** RFC 8785, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void doublesAreWrittenAsEcmaScriptDoes(String bits, String written) {
        assertThat(CanonicalJson.number(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))))
                .isEqualTo(written);
    }

    @Test
    void membersAreSortedByCodeUnitsAndTextIsEscapedAsLittleAsPossible() throws Exception {
        assertThat(canonical(
                        "{ \"\\ud83d\\ude00\":1, \"\\ufb33\":2, \"b\":{\"y\":null,\"x\":[true , false]}, \"a\\/\":\"\\u20ac"
                                + "\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\" }"))
                .contains(
                        "{\"a/\":\"€\\u000f\\nA'B\\\"\\\\\\\\\\\"/\",\"b\":{\"x\":[true,false],\"y\":null},\"😀\":1,\"\ufb33\":2}");
    }

    @ParameterizedTest
    @CsvSource({"1.0, 1", "1e3, 1000", "-0, 0", "-0.0, 0", "0.10, 0.1", "1E-7, 1e-7"})
    void numbersOfOneValueHaveOneForm(String written, String form) throws Exception {
        assertThat(canonical(written)).isEqualTo(form.isEmpty() ? Optional.empty() : Optional.of(form));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9007199254740993",
                "0.1000000000000000055511151231257827",
                "1e400",
                "-1e400",
                "1e-400",
                "123456789.123456789123456789"
            })
    void aNumberThatADoubleDoesNotKeepHasNone(String written) throws Exception {
        assertThat(canonical(written)).isEmpty();
        assertThat(canonical("{\"a\":[" + written + "]}")).isEmpty();
    }
}
