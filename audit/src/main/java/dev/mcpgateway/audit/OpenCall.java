package dev.mcpgateway.audit;

/**
 * A call whose intent is durable and whose outcome is not.
 *
 * @param seq number of the intent record
 * @param callId the call
 * @param event beginning of its event names, such as {@code tool.call}
 */
record OpenCall(long seq, String callId, String event) {}
