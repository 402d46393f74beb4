package dev.mcpgateway.audit;

import java.util.List;

/**
 * What screening saw in a result (JSON: {@code screen}). Clean results carry packs and coverage too, so that a verdict
 * can be replayed.
 *
 * @param packs {@code packs}: the rule packs that ran
 * @param mode {@code mode}: off, shadow or enforce
 * @param verdict {@code verdict}: such as clean, hit, incomplete
 * @param action {@code action}: what was done
 * @param wouldAction {@code would_action}: what enforcing would have done; empty when it is the same
 * @param findings {@code findings}: at most 64 are written, a member "more" counts the rest
 * @param coverage {@code coverage}: how much was looked at
 */
public record ScreenRecord(
        List<Pack> packs,
        String mode,
        String verdict,
        String action,
        String wouldAction,
        List<Finding> findings,
        Coverage coverage) {
    /** Nothing was screened; left out of the record. */
    public static final ScreenRecord NONE =
            new ScreenRecord(List.of(), "", "", "", "", List.of(), new Coverage(0, 0, 0, false));

    /** Copies the lists. */
    public ScreenRecord {
        packs = List.copyOf(packs);
        findings = List.copyOf(findings);
    }

    /**
     * A rule pack.
     *
     * @param name {@code name}
     * @param version {@code version}
     * @param sha256 {@code sha256}: hash of the pack, hexadecimal
     */
    public record Pack(String name, String version, String sha256) {}

    /**
     * One hit.
     *
     * @param rule {@code rule}: stable rule id
     * @param revision {@code rev}: revision of the rule
     * @param place {@code place}: such as text, structured, error
     * @param pointer {@code pointer}: JSON Pointer (RFC 6901) of the text in the result
     * @param start {@code start}: first UTF-16 unit of the hit in that text
     * @param length {@code len}: UTF-16 units
     * @param span the matched text; written only as the keyed pseudonym {@code span_mac}, because a bare hash of a card
     *     number can be guessed; empty to leave it out
     */
    public record Finding(
            String rule, int revision, String place, String pointer, long start, long length, String span) {
        /** Names rule and place only, so that the matched text cannot reach a log line by accident. */
        @Override
        public String toString() {
            return "Finding[rule=" + rule + ", pointer=" + pointer + "]";
        }
    }

    /**
     * How much of the result was looked at.
     *
     * @param segments {@code segments}: texts screened
     * @param bytes {@code bytes}: their length
     * @param unscanned {@code unscanned}: parts left out, such as images
     * @param incomplete {@code incomplete}: the work limit was reached before the end
     */
    public record Coverage(int segments, long bytes, int unscanned, boolean incomplete) {}
}
