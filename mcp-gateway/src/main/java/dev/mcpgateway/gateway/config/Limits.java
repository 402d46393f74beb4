package dev.mcpgateway.gateway.config;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Every limit of the gateway that is not one upstream's or one rule's. Each has a default that suits a gateway for some
 * hundred agents.
 *
 * @param requestBytes longest request body; read before anything is parsed
 * @param bodiesBytes most bytes of request bodies at once; empty for a part of the heap
 * @param headerBytes longest request head
 * @param argumentsBytes longest {@code params.arguments}
 * @param replyBytes most that is read of an upstream's answer; more ends the exchange
 * @param resultBytes most of an answer that is passed on, unless a tool or rule allows less
 * @param jsonDepth deepest nesting of a message
 * @param headerTimeout time from the first byte of a request to the end of its headers
 * @param bodyTimeout time for a request body
 * @param answerTimeout time in which an agent must take an answer, and for which the rest of a refused body is dropped
 * @param idleTimeout time without a byte after which a connection is closed
 * @param keepAlive time without an event after which an open stream to an agent carries a comment
 * @param connections most connections at once
 * @param callsPerMinute calls of one caller to one tool, unless a tool or rule says otherwise
 * @param authFailuresPerMinute tokens of one source address that may fail before unknown ones are refused unseen; 0 for any
 * @param sessions most legacy sessions at once
 * @param sessionsPerCaller most legacy sessions of one caller at once
 * @param streams most open event streams to agents at once
 * @param streamsPerCaller most open event streams of one caller at once
 * @param modelCallsPerCaller most calls of models of one caller at once
 * @param sessionIdle time without use after which a legacy session ends
 * @param listTools most tools in one page of {@code tools/list}
 * @param listTtl how long an agent may keep a list of tools
 * @param refreshInterval how often an upstream's tools are listed again without its telling of a change
 * @param inputWait how long a question of an upstream waits for the agent's answer
 * @param drainTimeout time for calls under way when the gateway stops
 * @param catalogueGrace how long the features of an upstream that is down stay in the lists
 */
public record Limits(
        int requestBytes,
        OptionalLong bodiesBytes,
        int headerBytes,
        int argumentsBytes,
        int replyBytes,
        int resultBytes,
        int jsonDepth,
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        Duration keepAlive,
        int connections,
        int callsPerMinute,
        int authFailuresPerMinute,
        int sessions,
        int sessionsPerCaller,
        int streams,
        int streamsPerCaller,
        int modelCallsPerCaller,
        Duration sessionIdle,
        int listTools,
        Duration listTtl,
        Duration refreshInterval,
        Duration inputWait,
        Duration drainTimeout,
        Duration catalogueGrace) {

    /** What holds where {@code gateway.yaml} says nothing. */
    public static final Limits DEFAULTS = new Limits(
            4 << 20,
            OptionalLong.empty(),
            16 << 10,
            1 << 20,
            8 << 20,
            1 << 20,
            64,
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            10_000,
            600,
            300,
            10_000,
            100,
            5_000,
            100,
            1_000,
            Duration.ofMinutes(30),
            1_000,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofHours(24));
}
