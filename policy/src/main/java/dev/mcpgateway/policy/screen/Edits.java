package dev.mcpgateway.policy.screen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Turns changed segments into edits of the message's bytes. */
final class Edits {

    private Edits() {}

    /**
     * One edit for each segment whose text changed. Nothing when a segment does not stand on a JSON string literal of
     * {@code message} or two of them overlap: editing by wrong positions could let through what was to be replaced.
     */
    static Optional<List<Edit>> of(byte[] message, List<Segment> before, List<Segment> after) {
        List<Edit> edits = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).text().equals(after.get(i).text())) {
                if (!isLiteral(message, before.get(i))) {
                    return Optional.empty();
                }
                edits.add(new Edit(
                        before.get(i).start(),
                        before.get(i).end(),
                        JsonText.literal(after.get(i).text())));
            }
        }
        edits.sort(Comparator.comparingInt(Edit::start));
        for (int i = 1; i < edits.size(); i++) {
            if (edits.get(i).start() < edits.get(i - 1).end()) {
                return Optional.empty();
            }
        }
        return Optional.of(edits);
    }

    private static boolean isLiteral(byte[] message, Segment segment) {
        return segment.start() >= 0
                && segment.end() <= message.length
                && segment.end() - segment.start() >= 2
                && message[segment.start()] == '"'
                && message[segment.end() - 1] == '"';
    }
}
