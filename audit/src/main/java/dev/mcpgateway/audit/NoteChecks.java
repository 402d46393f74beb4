package dev.mcpgateway.audit;

import java.util.List;
import java.util.Optional;

/** Judges signed notes by the trusted keys: right, wrong, or by somebody else. */
final class NoteChecks {
    private final Findings findings;
    private final String origin;
    private final List<NoteKey> keys;
    private final boolean pinned;

    NoteChecks(Findings findings, String origin, List<NoteKey> pinnedKeys, List<NoteKey> ownKeys) {
        this.findings = findings;
        this.origin = origin;
        this.pinned = !pinnedKeys.isEmpty();
        this.keys = (pinned ? pinnedKeys : ownKeys)
                .stream().filter(key -> key.name().equals(origin)).toList();
        if (!pinned) {
            findings.problem(
                    Findings.Kind.UNANCHORED,
                    "no pinned key: the log is only compared with its own " + LogFiles.VKEY
                            + ", which whoever replaces the log replaces too");
        } else if (keys.isEmpty()) {
            findings.problem(
                    Findings.Kind.FOREIGN,
                    "none of the pinned keys is for this log: its origin is " + origin + ", pinned are "
                            + pinnedKeys.stream().map(NoteKey::name).distinct().toList());
        }
    }

    boolean isPinned() {
        return pinned && !keys.isEmpty();
    }

    String keyNames() {
        return keys.stream().map(NoteKey::vkey).toList().toString();
    }

    /** The note that a line of the history stands for. */
    SignedNote note(CheckpointLine line) {
        return line.note(origin);
    }

    /** Whether a trusted key signed the note; anything else becomes a problem. */
    boolean isSigned(SignedNote note, String what) {
        try {
            if (note.isSignedBy(keys)) {
                return true;
            }
            findings.problem(
                    Findings.Kind.FOREIGN,
                    what + " is not signed by a " + (pinned ? "pinned key" : "key in " + LogFiles.VKEY) + ", but by "
                            + note.signatures().stream()
                                    .map(line -> line.name() + "+%08x".formatted(line.keyId()))
                                    .toList());
        } catch (SignedNote.Malformed e) {
            altered(what, e);
        }
        return false;
    }

    /** The checkpoint in a note, if it is one of this log and signed by a trusted key. */
    Optional<TreeHead> checkpoint(SignedNote note, String what) {
        try {
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            if (!checkpoint.origin().equals(origin)) {
                findings.problem(
                        Findings.Kind.FOREIGN,
                        what + " is of the log " + checkpoint.origin() + ", this one is " + origin);
                return Optional.empty();
            }
            return isSigned(note, what) ? Optional.of(checkpoint.head()) : Optional.empty();
        } catch (SignedNote.Malformed e) {
            altered(what, e);
            return Optional.empty();
        }
    }

    void altered(String what, SignedNote.Malformed problem) {
        findings.problem(Findings.Kind.ALTERED, what + ": " + problem.getMessage());
    }
}
