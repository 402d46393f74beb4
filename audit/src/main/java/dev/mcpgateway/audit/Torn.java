package dev.mcpgateway.audit;

/**
 * What a crash left of a batch that was never acknowledged: the content of {@code log.recovered}.
 *
 * @param from byte offset in the newest segment behind the last good record
 * @param bytes how many bytes followed and were cut off
 * @param sha256 hash of those bytes, hexadecimal
 * @param cutBatch number of the batch that was cut short
 * @param kept good records of that batch that stay
 */
record Torn(long from, long bytes, String sha256, long cutBatch, long kept) {}
