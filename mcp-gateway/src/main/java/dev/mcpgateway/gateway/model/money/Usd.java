package dev.mcpgateway.gateway.model.money;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** US dollars as operators write them, {@code "0.0125"}, and whole nano-USD. Exact in both directions. */
public final class Usd {
    private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?");
    private static final int NANO = 9;

    private Usd() {}

    /** Nano-USD; empty for what is no such number. */
    public static OptionalLong parse(String text) {
        return FORM.matcher(text).matches()
                ? OptionalLong.of(new BigDecimal(text).movePointRight(NANO).longValueExact())
                : OptionalLong.empty();
    }

    /** As text without needless zeros. */
    public static String text(long nanoUsd) {
        return BigDecimal.valueOf(nanoUsd, NANO).stripTrailingZeros().toPlainString();
    }
}
