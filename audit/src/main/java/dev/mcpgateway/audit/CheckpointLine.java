package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * One line of {@code checkpoints.log}.
 *
 * @param head size and root
 * @param micros when it was signed, microseconds since 1970
 * @param signature base64 of key id and signature, as in the note
 */
record CheckpointLine(TreeHead head, long micros, String signature) {
    /** Longest line in bytes; room for further signatures. */
    static final int BYTES_MAX = 16 << 10;

    private static final Pattern FORM = Pattern.compile(
            "(?<body>\\{\"v\":1,\"size\":(?<size>0|[1-9][0-9]{0,17}),\"root\":\"(?<root>[A-Za-z0-9+/=]{44})\","
                    + "\"ts\":\"(?<ts>[0-9TZ:.-]{27})\",\"sig\":\"(?<sig>[A-Za-z0-9+/=]{8,200})\")"
                    + ",\"crc\":\"(?<crc>[0-9a-f]{8})\"}");

    /** The signed note that the line stands for. */
    SignedNote note(String origin) {
        return new SignedNote(new Checkpoint(origin, head).text(), List.of(new SignedNote.Line(origin, signature)));
    }

    /** The line with its LF. */
    byte[] encode() {
        JsonBytes json = new JsonBytes().open('{').member("v", 1).member("size", head.size());
        json.member("root", head.root()).name("ts").time(micros).member("sig", signature);
        CRC32C checksum = new CRC32C();
        checksum.update(json.array(), 0, json.length());
        return json.raw(",\"crc\":\"" + crc(checksum) + "\"}\n").copy();
    }

    private static String crc(CRC32C checksum) {
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    /** Reads a line without its LF; empty if form or checksum is wrong. */
    static Optional<CheckpointLine> parse(byte[] bytes, int from, int to) {
        Matcher parts = FORM.matcher(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        if (!parts.matches()) {
            return Optional.empty();
        }
        CRC32C checksum = new CRC32C();
        checksum.update(parts.group("body").getBytes(StandardCharsets.ISO_8859_1));
        if (!crc(checksum).equals(parts.group("crc"))) {
            return Optional.empty();
        }
        long micros = Rfc3339.read(parts.group("ts"));
        if (micros == Rfc3339.NOT_A_TIME) {
            return Optional.empty();
        }
        try {
            String root = Checkpoint.root(parts.group("root"));
            TreeHead head = new TreeHead(Long.parseLong(parts.group("size")), root);
            String signature = parts.group("sig");
            return Base64Text.decode(signature)
                    .filter(keyed -> keyed.length > Integer.BYTES)
                    .map(_ -> new CheckpointLine(head, micros, signature));
        } catch (SignedNote.Malformed e) {
            return Optional.empty();
        }
    }
}
