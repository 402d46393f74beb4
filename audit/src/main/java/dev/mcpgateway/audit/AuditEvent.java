package dev.mcpgateway.audit;

import java.util.List;
import java.util.Locale;

/** Everything that is recorded besides calls and refusals. Each kind says its {@code ev} and its {@code detail}. */
public sealed interface AuditEvent {
    /** Who caused it (JSON: {@code actor}, {@code tenant}). */
    Actor actor();

    /** From where (JSON: {@code src}). */
    Source source();

    /**
     * A list was answered ({@code ev: "tools.list"}, {@code "prompts.list"}, {@code "resources.list"},
     * {@code "resource_templates.list"}).
     *
     * @param kind what was listed
     * @param actor {@code actor}
     * @param agent {@code agent}
     * @param source {@code src}
     * @param mcp {@code mcp}
     * @param trace {@code trace}
     * @param policy {@code policy}
     * @param view {@code detail.view}: the view that was listed
     * @param catalogVersion {@code detail.catalog}: version of the catalogue
     * @param count {@code detail.tools} and so on: how many entries the caller saw
     * @param namesSha256 {@code detail.names_sha256}: hash over their names or URIs, hexadecimal
     */
    record FeaturesListed(
            ListKind kind,
            Actor actor,
            Agent agent,
            Source source,
            McpExchange mcp,
            TraceRef trace,
            PolicyRef policy,
            String view,
            String catalogVersion,
            int count,
            String namesSha256)
            implements AuditEvent {}

    /**
     * A legacy session began ({@code ev: "session.opened"}).
     *
     * @param actor {@code actor}
     * @param agent {@code agent}
     * @param source {@code src}
     * @param mcp {@code mcp}, with the session
     * @param trace {@code trace}
     */
    record SessionOpened(Actor actor, Agent agent, Source source, McpExchange mcp, TraceRef trace)
            implements AuditEvent {}

    /**
     * A legacy session ended ({@code ev: "session.closed"}).
     *
     * @param actor {@code actor}
     * @param source {@code src}
     * @param mcp {@code mcp}, with the session
     * @param reason {@code detail.reason}: such as deleted, expired, revoked
     */
    record SessionClosed(Actor actor, Source source, McpExchange mcp, String reason) implements AuditEvent {}

    /**
     * An agent began to listen for changes ({@code ev: "stream.opened"}).
     *
     * @param actor {@code actor}
     * @param agent {@code agent}
     * @param source {@code src}
     * @param mcp {@code mcp}, with the session or the request whose stream it is
     * @param trace {@code trace}
     * @param view {@code detail.view}: where it listens
     * @param lists {@code detail.lists}: kinds of lists of which it hears
     * @param resources {@code detail.resources}: how many resources the stream itself is about
     */
    record StreamOpened(
            Actor actor,
            Agent agent,
            Source source,
            McpExchange mcp,
            TraceRef trace,
            String view,
            List<String> lists,
            int resources)
            implements AuditEvent {
        /** Copies the lists. */
        public StreamOpened {
            lists = List.copyOf(lists);
        }
    }

    /**
     * An agent listens no more ({@code ev: "stream.closed"}).
     *
     * @param actor {@code actor}
     * @param source {@code src}
     * @param mcp {@code mcp}, as when it was opened
     * @param reason {@code detail.reason}: such as gone, expired, drained, overflow
     */
    record StreamClosed(Actor actor, Source source, McpExchange mcp, String reason) implements AuditEvent {}

    /**
     * Another policy is in force ({@code ev: "policy.changed"}).
     *
     * @param actor {@code actor}: who changed it, as far as known
     * @param source {@code src}
     * @param editor {@code detail.editor}: such as a file's owner or an administrator's name
     * @param approvers {@code detail.approvers}
     * @param oldSha256 {@code detail.old_sha256}: empty at the first load
     * @param newSha256 {@code detail.new_sha256}
     * @param diffSha256 {@code detail.diff_sha256}: empty when no difference was made
     */
    record PolicyChanged(
            Actor actor,
            Source source,
            String editor,
            List<String> approvers,
            String oldSha256,
            String newSha256,
            String diffSha256)
            implements AuditEvent {
        /** Copies the approvers. */
        public PolicyChanged {
            approvers = List.copyOf(approvers);
        }
    }

    /**
     * A policy was offered and not taken; the last good one stays ({@code ev: "policy.rejected"}).
     *
     * @param actor {@code actor}
     * @param source {@code src}
     * @param editor {@code detail.editor}
     * @param sha256 {@code detail.sha256}: hash of the bytes that were rejected
     * @param problems {@code detail.problems}: at most 64 are written, {@code problems_more} counts the rest
     */
    record PolicyRejected(Actor actor, Source source, String editor, String sha256, List<String> problems)
            implements AuditEvent {
        /** Copies the problems. */
        public PolicyRejected {
            problems = List.copyOf(problems);
        }
    }

    /**
     * An administrator did something ({@code ev: "admin.<action>"}).
     *
     * @param actor {@code actor}: the verified administrator, if there is an identity
     * @param source {@code src}
     * @param action the rest of the event name: lower-case letters, digits, {@code _} and {@code .}
     * @param administrator {@code detail.administrator}: name of the administrator's token, never the token
     * @param target {@code detail.target}: what it was done to
     * @param result {@code detail.result}: such as done or refused
     * @param reason {@code detail.reason}: as the administrator gave it
     */
    record AdminAction(
            Actor actor,
            Source source,
            String action,
            String administrator,
            String target,
            String result,
            String reason)
            implements AuditEvent {
        /** Checks the action's name. */
        public AdminAction {
            if (!action.matches("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*")) {
                throw new IllegalArgumentException("not an action name: " + TerminalText.safe(action));
            }
        }
    }

    /**
     * Somebody or something was stopped, or may go on ({@code ev: "kill.set"}, {@code "kill.removed"}).
     *
     * @param actor {@code actor}: the verified administrator, if there is an identity
     * @param source {@code src}
     * @param removed whether it may go on
     * @param administrator {@code detail.administrator}: name of the administrator's token, never the token
     * @param kill {@code detail.kill}: which stop
     * @param kind {@code detail.kind}: what is stopped, such as subject or tool
     * @param whom {@code detail.whom}: as {@code actor}, without scopes; {@link Actor#NONE} for a tool or a key
     * @param target {@code detail.target}: the tool or the key
     * @param until {@code detail.until}: when it ends by itself; empty for never
     * @param reason {@code detail.reason}: as the administrator gave it
     */
    record KillChanged(
            Actor actor,
            Source source,
            boolean removed,
            String administrator,
            String kill,
            String kind,
            Actor whom,
            String target,
            String until,
            String reason)
            implements AuditEvent {}

    /**
     * A user's consent to the use of an upstream went a step on ({@code ev: "consent.started"}, {@code "consent.granted"},
     * {@code "consent.refused"}, {@code "consent.revoked"}).
     *
     * @param step the rest of the event name
     * @param actor {@code actor}: the user's agent; {@link Actor#NONE} where an administrator revokes, or nobody is known
     * @param source {@code src}: the browser or the administrator
     * @param whom {@code detail.whom}: as {@code actor}, without scopes; whose consent an administrator revokes
     * @param upstream {@code detail.upstream}: the upstream's alias
     * @param server {@code detail.server}: issuer of the authorization server; empty before it is known
     * @param scopes {@code detail.scopes}: what was asked for or granted; at most 64 are written
     * @param administrator {@code detail.administrator}: name of the administrator's token, never the token
     * @param reason {@code detail.reason}: why it was refused or revoked
     */
    record ConsentChanged(
            Step step,
            Actor actor,
            Source source,
            Actor whom,
            String upstream,
            String server,
            List<String> scopes,
            String administrator,
            String reason)
            implements AuditEvent {
        /** The steps. */
        public enum Step {
            /** A browser has opened the link. */
            STARTED,
            /** The upstream's server issued a token, which is kept from now on. */
            GRANTED,
            /** Nothing is kept. */
            REFUSED,
            /** What was kept is dropped. */
            REVOKED;

            String event() {
                return "consent." + name().toLowerCase(Locale.ROOT);
            }
        }

        /** Copies the scopes. */
        public ConsentChanged {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Something unusual was seen ({@code ev: "signal.raised"}).
     *
     * @param actor {@code tenant} alone: whom it is about, if anybody
     * @param source {@link Source#NONE}
     * @param signal {@code detail.signal}: which one, such as routing_drift
     * @param about {@code detail.about}: what it is about beside the tenant, such as a provider
     * @param value {@code detail.value}: what was measured, as a decimal number
     * @param threshold {@code detail.threshold}: what it was measured against
     * @param what {@code detail.what}: in words
     */
    record SignalRaised(
            Actor actor, Source source, String signal, String about, String value, String threshold, String what)
            implements AuditEvent {}

    /**
     * What was asked of a model and answered was kept, or is kept no more ({@code ev: "content.kept"}, {@code "content.lost"},
     * {@code "content.expired"}). The content itself is sealed and elsewhere; here is what proves it.
     *
     * @param fate the rest of the event name
     * @param actor {@code tenant} alone: whose content it is
     * @param source {@link Source#NONE}
     * @param call {@code call}: the gateway's id of the call; empty for what is about many
     * @param where {@code detail.where}: the file, or the folder of a day, below the folder of contents
     * @param sha256 {@code detail.sha256}: of the sealed bytes, hexadecimal
     * @param keyId {@code detail.key}: the key that it is sealed for
     * @param bytes {@code detail.bytes}: length of what is sealed, of all files together
     * @param files {@code detail.files}: how many files; 0 is left out
     * @param isCut {@code detail.cut}: whether there was more than was kept
     * @param reason {@code detail.reason}: why it was not kept
     */
    record ContentChanged(
            Fate fate,
            Actor actor,
            Source source,
            String call,
            String where,
            String sha256,
            String keyId,
            long bytes,
            long files,
            boolean isCut,
            String reason)
            implements AuditEvent {
        /** What became of it. */
        public enum Fate {
            /** It is on disk, sealed. */
            KEPT,
            /** It was to be kept and is not. */
            LOST,
            /** Its time is over: it is deleted now. */
            EXPIRED;

            String event() {
                return "content." + name().toLowerCase(Locale.ROOT);
            }
        }
    }
}
