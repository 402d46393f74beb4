package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code log.json} says: written once, never changed; its hash stands in the first record, so it is under the tree.
 *
 * @param logId name of the log's directory
 * @param origin name under which checkpoints are signed
 * @param sha256 hash of the file, hexadecimal
 */
record LogIdentity(String logId, String origin, String sha256) {
    private static final int FORMAT = 1;

    /** The bytes of a new {@code log.json}. */
    static byte[] encode(String logId, String origin, long createdMicros) {
        JsonBytes json = new JsonBytes().open('{').member("format", FORMAT).member("log", logId);
        json.member("origin", origin).name("created").time(createdMicros);
        return json.member("record_bytes_max", RecordLine.BYTES_MAX).raw("}\n").copy();
    }

    /**
     * Reads {@code log.json}.
     *
     * @throws IOException if it cannot be read or says nothing this version understands
     */
    static LogIdentity read(AuditStorage storage) throws IOException {
        byte[] bytes = LogFiles.read(storage, LogFiles.LOG_JSON);
        String sha256 = HexFormat.of().formatHex(HashTree.sha256().digest(bytes));
        try {
            JsonNode json = JsonMapper.shared().readTree(bytes);
            if (json.path("format").asInt(0) != FORMAT) {
                throw new IOException(LogFiles.LOG_JSON + " is not of format " + FORMAT);
            }
            return new LogIdentity(text(json, "log"), text(json, "origin"), sha256);
        } catch (JacksonException e) {
            throw new IOException(LogFiles.LOG_JSON + " is not JSON", e);
        }
    }

    private static String text(JsonNode json, String name) throws IOException {
        String value = json.path(name).asString("");
        if (value.isEmpty()) {
            throw new IOException(LogFiles.LOG_JSON + " has no text member \"" + name + "\"");
        }
        return value;
    }

    /** The verifier keys in {@code log.vkey}: a convenience for people, never a proof. */
    static List<NoteKey> keys(AuditStorage storage) throws IOException {
        return parseKeys(LogFiles.read(storage, LogFiles.VKEY), LogFiles.VKEY);
    }

    /** One verifier key per line; empty lines are allowed. */
    static List<NoteKey> parseKeys(byte[] bytes, String file) throws IOException {
        List<NoteKey> keys = new ArrayList<>();
        List<String> lines = new String(bytes, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty()) {
                keys.add(key(lines.get(i), file, i + 1));
            }
        }
        if (keys.isEmpty()) {
            throw new IOException(file + " holds no verifier key");
        }
        return keys;
    }

    private static NoteKey key(String line, String file, int number) throws IOException {
        try {
            return NoteKey.parse(line);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " line " + number + " is not a verifier key: "
                    + TerminalText.safe(String.valueOf(e.getMessage())));
        }
    }
}
