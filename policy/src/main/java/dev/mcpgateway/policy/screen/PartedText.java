package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.ScreenMode;
import java.util.ArrayList;
import java.util.List;

/**
 * One text that comes in parts, such as the deltas of a stream, with the verdict that the whole text would have. A part
 * is decided once {@link #HOLD_CHARS} characters stand behind it, or the text has ended: a match is not longer than that,
 * or reaches the end of what is there and keeps its own beginning back.
 * What was looked at stays for a while as context, so that a match is found wherever the parts begin. Bounded: a text
 * that would have to be held for longer than {@link #HELD_CHARS_MAX} is withheld. Used by one thread.
 */
public final class PartedText {

    /** Characters at the end of what is there that are not decided yet: more than a rule of the shipped pack spans. */
    public static final int HOLD_CHARS = 448;

    /** Characters that gather before they are looked at together, since each look costs the context again. */
    private static final int STEP_CHARS = 64;

    /** Most characters that are held because a match may still grow. */
    public static final int HELD_CHARS_MAX = 16_384;

    /** Decided characters that stay as context, at least; more than a match is long. */
    private static final int CONTEXT_CHARS = 512;

    /** Longest word that is not cut at the end of what is decided. */
    private static final int WORD_CHARS_MAX = 256;

    private final TextGuard guard;
    private final Place place;
    private final String pointer;
    private final boolean holds;
    private final StringBuilder text = new StringBuilder();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private long base;
    private long counted;
    private long decided;
    private long seen;
    private int findingsTotal;
    private boolean complete = true;
    private Treatment action = Treatment.ALLOW;
    private Treatment wouldAction = Treatment.ALLOW;

    /**
     * Characters that are replaced.
     *
     * @param start first one, counted from the beginning of the text
     * @param end one after the last
     * @param replacement what stands there instead
     */
    public record Change(long start, long end, String replacement) {}

    PartedText(TextGuard guard, Place place, String pointer) {
        this.guard = guard;
        this.place = place;
        this.pointer = pointer;
        this.holds = guard.mayChange();
    }

    /** Takes the next part. */
    public void add(String part) {
        text.append(part);
        advance(false);
    }

    /** Says that nothing comes any more; everything is decided then. */
    public void end() {
        advance(true);
    }

    /** Up to where the text is decided, counted from its beginning. */
    public long decided() {
        return decided;
    }

    /** Whether nothing of it may go on any more. */
    public boolean withheld() {
        return action == Treatment.BLOCK;
    }

    /** The changes that were decided since this was asked last, in order and without overlap. */
    public List<Change> takeChanges() {
        List<Change> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }

    /** What was found and done so far. */
    public Verdict verdict() {
        Verdict verdict = guard.verdict(findings, action, wouldAction, new Coverage(1, length(), !complete));
        return new Verdict(
                verdict.mode(),
                verdict.action(),
                verdict.wouldAction(),
                verdict.score(),
                verdict.findings(),
                findingsTotal,
                verdict.coverage(),
                verdict.pack(),
                verdict.packVersion(),
                verdict.packSha256());
    }

    private long length() {
        return base + text.length();
    }

    private record Hit(long start, long end, Finding finding) {}

    private void advance(boolean ended) {
        long length = length();
        long sure = ended ? length : Math.max(counted, length - HOLD_CHARS);
        if (withheld() || (!ended && sure - counted < STEP_CHARS)) {
            decided = holds ? decided : length;
            return;
        }
        List<Hit> hits = hits();
        if (!ended) {
            sure = beforeGrowing(hits, sure, length);
        }
        for (Hit hit : hits) {
            boolean isNew = hit.start() >= counted && hit.start() < sure;
            boolean isLate = hit.start() < counted && hit.end() > seen;
            if (isNew || isLate) {
                count(hit);
            }
            if (isLate && holds && treatment(hit).compareTo(Treatment.REDACT) >= 0) {
                // its beginning is with the agent
                action = Treatment.BLOCK;
            }
        }
        counted = sure;
        seen = length;
        if (holds) {
            decide(hits, sure);
        } else {
            decided = length;
        }
        trim();
    }

    private List<Hit> hits() {
        Segment segment = Segment.ofText(place, text.toString());
        TextGuard.Found found = guard.find(List.of(new Passage(segment, false)));
        List<Hit> hits = new ArrayList<>();
        for (Located one : found.located()) {
            Finding finding = one.finding();
            // at the cut of the context a word or a line seems to begin
            if (base == 0 || finding.start() > 0 || finding.family().equals(Finding.ENGINE)) {
                hits.add(new Hit(base + finding.start(), base + finding.end(), finding));
            }
        }
        if (!found.complete()) {
            complete = false;
            wouldAction = Treatment.BLOCK;
            action = action.strongest(guard.treatment(found.located().getFirst().finding(), ScreenMode.ENFORCE));
        }
        return hits;
    }

    /** A match that reaches the end of what is there, or the word that it ends in, may go on. */
    private long beforeGrowing(List<Hit> hits, long sure, long length) {
        long before = sure;
        boolean isDangerous = false;
        for (Hit hit : hits) {
            if (hit.start() >= counted && base + Redaction.wordEnd(text, (int) (hit.end() - base)) == length) {
                before = Math.min(before, hit.start());
                isDangerous |= treatment(hit).compareTo(Treatment.REDACT) >= 0;
            }
        }
        if (length - before <= HELD_CHARS_MAX) {
            return before;
        }
        if (isDangerous) {
            action = Treatment.BLOCK;
            wouldAction = Treatment.BLOCK;
        }
        return sure;
    }

    private Treatment treatment(Hit hit) {
        return guard.treatment(hit.finding(), ScreenMode.ENFORCE);
    }

    private void count(Hit hit) {
        Finding finding = hit.finding();
        findingsTotal++;
        if (findings.size() < Verdict.FINDINGS_MAX) {
            findings.add(new Finding(
                    finding.rule(),
                    finding.revision(),
                    finding.family(),
                    finding.weight(),
                    place,
                    pointer,
                    (int) Math.min(Integer.MAX_VALUE, hit.start()),
                    (int) Math.min(Integer.MAX_VALUE, hit.end()),
                    finding.view()));
        }
        action = action.strongest(treatment(hit));
        wouldAction = wouldAction.strongest(guard.treatment(finding, ScreenMode.SHADOW));
    }

    private void decide(List<Hit> hits, long sure) {
        List<Change> due = due(hits, sure);
        long cut = beforeWord(sure);
        for (int i = due.size() - 1; i >= 0; i--) {
            if (due.get(i).end() > cut) {
                cut = Math.min(cut, due.get(i).start());
            }
        }
        cut = Math.max(cut, decided);
        StringBuilder after = new StringBuilder();
        long at = decided;
        List<Change> now = new ArrayList<>();
        for (Change change : due) {
            if (change.end() <= cut) {
                now.add(change);
                after.append(text, (int) (at - base), (int) (change.start() - base))
                        .append(change.replacement());
                at = change.end();
            }
        }
        if (!now.isEmpty()) {
            after.append(text, (int) (at - base), (int) (cut - base));
            requireClear(after.toString());
        }
        changes.addAll(now);
        decided = cut;
    }

    /** What must be replaced and is not decided yet; what overlaps is one, under the name of the first. */
    private List<Change> due(List<Hit> hits, long sure) {
        List<Change> due = new ArrayList<>();
        for (Hit hit : hits) {
            if (treatment(hit) == Treatment.REDACT && hit.start() >= decided && hit.start() < sure) {
                long start = Math.max(decided, base + Redaction.wordStart(text, (int) (hit.start() - base)));
                long end = base + Redaction.wordEnd(text, (int) (hit.end() - base));
                String replacement = Redaction.placeholder(hit.finding().rule());
                if (!due.isEmpty() && start <= due.getLast().end()) {
                    Change last = due.removeLast();
                    start = Math.min(start, last.start());
                    end = Math.max(end, last.end());
                    replacement = last.replacement();
                }
                due.add(new Change(start, end, replacement));
            }
        }
        return due;
    }

    /** What was cut out must not leave a text that would have been cut out. */
    private void requireClear(String after) {
        TextGuard.Found left = guard.find(List.of(new Passage(Segment.ofText(place, after), false)));
        boolean clear = left.complete()
                && left.located().stream()
                        .noneMatch(one -> guard.treatment(one.finding(), ScreenMode.ENFORCE) == Treatment.REDACT);
        action = clear ? action : Treatment.BLOCK;
        wouldAction = wouldAction.strongest(action);
    }

    /** The start of the word that {@code position} cuts, unless the word is very long. */
    private long beforeWord(long position) {
        int at = (int) (position - base);
        if (at >= text.length()) {
            return position;
        }
        int start = Redaction.wordStart(text, at);
        return at - start > WORD_CHARS_MAX ? position : base + start;
    }

    /** Drops context that no match can reach, up to where a word begins. */
    private void trim() {
        int spare = (int) (Math.min(decided, counted) - base) - CONTEXT_CHARS;
        if (spare > CONTEXT_CHARS) {
            int at = spare;
            while (at > spare - WORD_CHARS_MAX && !Character.isWhitespace(text.charAt(at - 1))) {
                at--;
            }
            text.delete(0, at);
            base += at;
        }
    }
}
