package dev.mcpgateway.connectors.net;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Status line and header fields of an answer, read strictly (RFC 9112): CRLF only, no folding, no blank before a colon,
 * exactly one way to find the end of the body. What two readers could read differently is refused.
 *
 * @param status the status code
 * @param persistent whether the connection may carry another request afterwards
 * @param fields names and values in turn, as received
 */
record ResponseHead(int status, boolean persistent, List<String> fields) {
    /** Longest head: status line, fields and line ends together. */
    static final int BYTES_MAX = 32 * 1024;

    /** Most fields; more is an attack on whoever looks for one of them. */
    static final int FIELDS_MAX = 128;

    /**
     * Offset behind the empty line that ends the head, or -1 when it has not arrived yet.
     *
     * @param from where to go on looking: the last call's {@code to}
     * @throws HttpFault at the first line end that is not CRLF
     */
    static int end(byte[] bytes, int from, int to) throws HttpFault {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                if (i == 0 || bytes[i - 1] != '\r') {
                    throw HttpFault.malformed("a line that ends in LF alone");
                }
                if (i >= 3 && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                    return i + 1;
                }
            }
        }
        return -1;
    }

    /** Reads the head that stands in {@code [from, to)}, its closing empty line included. */
    static ResponseHead parse(byte[] bytes, int from, int to) throws HttpFault {
        int lineEnd = lineEnd(bytes, from);
        boolean oneOne = isVersion(bytes, from, lineEnd, '1');
        if (!oneOne && !isVersion(bytes, from, lineEnd, '0')) {
            throw HttpFault.malformed("not an HTTP/1 status line");
        }
        int status = status(bytes, from + 9, lineEnd);
        List<String> fields = new ArrayList<>(24);
        int at = lineEnd + 2;
        while (at < to - 2) {
            lineEnd = lineEnd(bytes, at);
            field(bytes, at, lineEnd, fields);
            at = lineEnd + 2;
        }
        ResponseHead head = new ResponseHead(status, oneOne && !hasClose(fields), fields);
        head.refuseAmbiguousLength(oneOne);
        return head;
    }

    private static boolean isVersion(byte[] bytes, int from, int lineEnd, char minor) {
        String wanted = "HTTP/1." + minor + " ";
        return lineEnd - from >= 12
                && new String(bytes, from, wanted.length(), StandardCharsets.ISO_8859_1).equals(wanted);
    }

    private static int status(byte[] bytes, int at, int lineEnd) throws HttpFault {
        int status = 0;
        for (int i = at; i < at + 3; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                throw HttpFault.malformed("not a status code");
            }
            status = status * 10 + bytes[i] - '0';
        }
        boolean endsThere = at + 3 == lineEnd || bytes[at + 3] == ' ';
        if (!endsThere || status < 100 || status > 599) {
            throw HttpFault.malformed("not a status code");
        }
        refuseControls(bytes, at + 3, lineEnd);
        return status;
    }

    private static void field(byte[] bytes, int from, int lineEnd, List<String> fields) throws HttpFault {
        int colon = from;
        while (colon < lineEnd && HttpHeader.isTokenChar(bytes[colon])) {
            colon++;
        }
        if (colon == from || colon == lineEnd || bytes[colon] != ':') {
            throw HttpFault.malformed("not a header field, or a folded one");
        }
        if (fields.size() == 2 * FIELDS_MAX) {
            throw HttpFault.malformed("more than " + FIELDS_MAX + " header fields");
        }
        int start = colon + 1;
        int end = lineEnd;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        refuseControls(bytes, start, end);
        fields.add(new String(bytes, from, colon - from, StandardCharsets.ISO_8859_1));
        fields.add(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    private static void refuseControls(byte[] bytes, int from, int to) throws HttpFault {
        for (int i = from; i < to; i++) {
            if ((bytes[i] >= 0 && bytes[i] < 0x20 && bytes[i] != '\t') || bytes[i] == 0x7F) {
                throw HttpFault.malformed("a control character in the head");
            }
        }
    }

    /** End of the line at {@code from}: {@link #end} has seen that each LF follows a CR. */
    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at - 1;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static boolean hasClose(List<String> fields) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase("Connection")) {
                for (String option : fields.get(i + 1).split(",", -1)) {
                    if (option.strip().equalsIgnoreCase("close")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void refuseAmbiguousLength(boolean oneOne) throws HttpFault {
        int lengths = count("Content-Length");
        int codings = count("Transfer-Encoding");
        if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) {
            throw HttpFault.malformed("more than one statement of the body's length");
        }
        if (codings > 0 && (!oneOne || !value("Transfer-Encoding").equalsIgnoreCase("chunked"))) {
            throw HttpFault.malformed("a transfer coding other than chunked");
        }
        if (lengths > 0 && !isLength(value("Content-Length"))) {
            throw HttpFault.malformed("not a content length");
        }
        if (count("Content-Encoding") > 0 && !value("Content-Encoding").equalsIgnoreCase("identity")) {
            throw HttpFault.malformed("a content coding that was not asked for");
        }
    }

    private static boolean isLength(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 18;
    }

    private int count(String name) {
        int count = 0;
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                count++;
            }
        }
        return count;
    }

    /** Value of the first field of that name; empty when there is none. */
    String value(String name) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                return fields.get(i + 1);
            }
        }
        return "";
    }

    /** Whether there is such a field. */
    boolean has(String name) {
        return count(name) > 0;
    }

    /** Whether this is an interim answer, after which the final one follows. */
    boolean isInterim() {
        return status < 200;
    }

    /** Whether no body follows, whatever the fields say (RFC 9110 section 6.4.1). */
    boolean isBodiless() {
        return status == 204 || status == 304;
    }
}
