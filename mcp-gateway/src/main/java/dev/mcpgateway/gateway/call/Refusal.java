package dev.mcpgateway.gateway.call;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One refusal.
 *
 * @param reason why
 * @param says what the agent reads; never a rule, an upstream's words, an argument or a token
 * @param detail what log and audit say in addition; never an argument or a token either
 * @param scopes all scopes that the operation needs, for {@link Reason#NEEDS_SCOPE}
 * @param data JSON text of the error's {@code data}, empty for none
 * @param retryAfterSeconds when to try again, 0 for no word about it
 */
public record Refusal(
        Reason reason, String says, String detail, SortedSet<String> scopes, String data, int retryAfterSeconds) {

    /** A refusal that says what its row says. */
    public static Refusal of(Reason reason) {
        return of(reason, "");
    }

    /** A refusal with a word for the operator. */
    public static Refusal of(Reason reason, String detail) {
        return new Refusal(reason, reason.text(), detail, new TreeSet<>(), "", 0);
    }

    /** A refusal with more to say to the agent; {@code says} must hold nothing but the agent's own doing. */
    public static Refusal saying(Reason reason, String says) {
        String text = reason.text();
        String start = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return new Refusal(reason, start + ": " + says, says, new TreeSet<>(), "", 0);
    }

    /** The same with a structured {@code data} member, as JSON text. */
    public Refusal withData(String json) {
        return new Refusal(reason, says, detail, scopes, json, retryAfterSeconds);
    }

    /** The same with a word when to try again. */
    public Refusal retryAfter(int seconds) {
        return new Refusal(reason, says, detail, scopes, data, seconds);
    }

    /** A step-up: the token is good but lacks scopes. */
    public static Refusal needsScope(SortedSet<String> scopes) {
        return new Refusal(Reason.NEEDS_SCOPE, Reason.NEEDS_SCOPE.text(), String.join(" ", scopes), scopes, "", 0);
    }
}
