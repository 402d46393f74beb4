/**
 * What was asked of models and answered, kept for the tenants that allow it: sealed for a key of the tenant's, so that the
 * gateway can write and not read. Starts at {@link dev.mcpgateway.gateway.model.content.SealedContent}.
 *
 * <p>One file per call, {@code TENANT/YYYYMMDD/CALL.jwe} (the day is UTC's): a JWE in the compact form (RFC 7516) with
 * {@code ECDH-ES+A256KW} and {@code A256GCM}, a key of its own for each file, {@code kid} the RFC 7638 thumbprint of the tenant's
 * key. Inside is one line of JSON that says what follows, a line feed, the bytes of the request and the bytes of the answer, see
 * {@link dev.mcpgateway.gateway.model.content.Content}. The SHA-256 of the file is in the audit log ({@code content.kept}),
 * so that a file can be proved by the log, and its absence does not touch what the log proves.
 *
 * <p>While no record proves a file there is an empty {@code .CALL.unproved} beside it; {@code TENANT/keep_days} says for how long
 * the tenant's files are kept, and {@code .lock} is held by the one gateway that writes.
 */
package dev.mcpgateway.gateway.model.content;
