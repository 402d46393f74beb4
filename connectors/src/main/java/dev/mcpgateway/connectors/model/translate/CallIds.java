package dev.mcpgateway.connectors.model.translate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Ids of calls: those that a provider does not give, which it never sees when they come back, and those that another protocol
 * does not take. A call and its result have one id each time, since the same text always becomes the same one.
 */
final class CallIds {
    private static final String MADE = "gwcall_";
    private static final String WRAPPED = "gwid_";
    private static final String CUT = "gwcut_";

    /** Messages take no others, and AWS documents the same ones for Converse. */
    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z0-9_-]+");

    /** With what is around them no more than the 40 characters that OpenAI takes, and still of one call alone. */
    private static final int CALL_CHARS_MAX = 28;

    /** 128 bits, which nobody finds twice. */
    private static final int CUT_DIGITS = 32;

    private CallIds() {}

    static String make(Served served, int index) {
        String call = served.callId().replace("-", "");
        // the beginning of an id that sorts by time is the same for weeks
        return MADE + call.substring(Math.max(0, call.length() - CALL_CHARS_MAX)) + "_" + index;
    }

    static boolean isMade(String id) {
        return id.startsWith(MADE);
    }

    /** The id in letters, digits, dash and underscore. {@link #unwrapped} gives it back as it was. */
    static String plain(String id) {
        return PLAIN.matcher(id).matches() && !id.startsWith(WRAPPED) ? id : wrapped(id);
    }

    private static String wrapped(String id) {
        return WRAPPED + Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What an agent sends back as its provider wrote it: some models are shown the ids of their earlier calls, and read the
     * names of tools in them.
     */
    static String unwrapped(String id) {
        if (!id.startsWith(WRAPPED)) {
            return id;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(id.substring(WRAPPED.length()));
            String original = new String(bytes, StandardCharsets.UTF_8);
            return wrapped(original).equals(id) ? original : id;
        } catch (IllegalArgumentException notBase64) {
            return id;
        }
    }

    /** A longer one becomes its hash, of 38 characters. */
    static String within(int charsMax, String id) {
        return id.length() <= charsMax ? id : CUT + Sha256.hex(id).substring(0, CUT_DIGITS);
    }
}
