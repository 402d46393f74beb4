/**
 * The audit log: JSON lines that are numbered, synced, hashed into a signed Merkle tree, and verified offline.
 *
 * <p>Start at {@link dev.mcpgateway.audit.AuditLog} to write, {@link dev.mcpgateway.audit.AuditVerifier} to prove,
 * {@link dev.mcpgateway.audit.AuditReader} to search. This page is the format, to the byte.
 *
 * <h2>Files</h2>
 *
 * <p>In {@code <audit.dir>/<log id>/}, the directory that holds {@code log.json}:
 *
 * <pre>
 * log.json                        {"format":1,"log":ID,"origin":ORIGIN,"created":TIME,"record_bytes_max":65535} LF
 * log.vkey                        the verifier key, C2SP signed-note form; a copy outside the log is what counts
 * seg/FIRST.jsonl                 records; FIRST is the number of the first one, 20 digits; sealed files have mode 0440
 * seg/FIRST.leaf                  32 bytes of leaf hash per record; a cache, written only after the records' sync
 * seg/FIRST.seal                  signed note about a finished segment
 * seg/FIRST.OFFSET.torn           bytes that recovery cut off
 * checkpoint                      the newest signed note of the tree, replaced by rename
 * checkpoints.log                 every checkpoint as a line, synced before it is published in {@code checkpoint}
 * LOCK                            locked by the one writer; holds its process id and host; never removed
 * quarantine/                     copies of segments that recovery refused
 * </pre>
 *
 * <h2>A record</h2>
 *
 * <p>One line of UTF-8 JSON, at most 65,535 bytes without its LF. The writer puts a prefix and a suffix around the
 * members of the event:
 *
 * <pre>
 * {"v":1,"seq":SEQ,"b":BATCH,"bn":COUNT,"ts":"TIME"   MEMBERS   ,"crc":"CRC"} LF
 * </pre>
 *
 * <ul>
 *   <li>{@code seq}: number from 0, without a gap. {@code b}: batch from 1, without a gap; a batch is what one sync made
 *       durable, and the next one is written only after that. {@code bn}: records in the batch. Only {@code
 *       log.recovered} may follow a batch that a crash cut short.
 *   <li>{@code ts}: writer time, RFC 3339 UTC with six fraction digits; never earlier than the record before.
 *   <li>{@code crc}: CRC-32C of all bytes before {@code ,"crc"}, eight lower-case hexadecimal digits. Finds damage, not
 *       attacks.
 *   <li>No white space between tokens. Numbers are decimal integers. In strings {@code "} and {@code \} get a backslash;
 *       characters of the Unicode classes Cc, Cf, Zl, Zp and lone surrogates are {@code \}{@code uXXXX} in lower case;
 *       everything else is itself. At most 1,024 bytes a string as written; a longer one ends in {@code …} and
 *       {@code cut} counts such strings. Lists hold at most 64 entries; {@code <name>_more} (in {@code findings}: {@code
 *       more}) counts the rest.
 * </ul>
 *
 * <p>The leaf is SHA-256(0x00 ‖ line without LF), over the stored bytes. Leaves form the tree of RFC 6962 §2.1.
 *
 * <p>Members stand in this order; what does not apply is left out. Readers ignore members they do not know.
 *
 * <pre>
 * id          UUID version 7 of the record
 * call        the gateway's id of the call
 * phase       intent, outcome or event
 * time        time of the event, as ts
 * tenant      the caller's tenant
 * ev          name of the event
 * actor       {sub_p, iss, client_id, scopes[], jti_h, key}; in outcomes {sub_p}
 * agent       {id, version, session}, as declared
 * src         {ip, port, ua}
 * node        {origin, host, version}, in log.opened
 * mcp         {protocol, method, req_id, session, transport}
 * trace       {traceparent}
 * tool        {server, name, def_sha256}
 * model       {alias, provider, name, operation, stream}, of calls of models; in outcomes also
 *              {served, finish, cache, usage{input, cache_read, cache_write, cache_write_1h, output, reasoning,
 *              audio{input, cache_read, output}, image{input, cache_read, output}}, uses{by name of a tool}, terms,
 *              cost_nano_usd, cost_estimated, by{provider, name}, attempts, mismatch,
 *              routing[{kind, from, to, reason, attempt}]}
 * policy      {sha256, rules[{id}]}
 * decision    {effect, reason_code, would_refuse[]}; would_refuse of calls of models that were observed and not held
 *              to their rules: each a code, for some followed by a space and more
 * screen      {packs[{name, version, sha256}], mode, verdict, action, would_action,
 *              findings[{rule, rev, place, pointer, start, len, span_mac}],
 *              coverage{segments, bytes, unscanned, incomplete}}; in llm.call.denied what guardrails saw in the request,
 *              in llm.call.outcome what they saw in request and answer together
 * args        {bytes, level}, in intents; level is metadata
 * result      {bytes, level}, in outcomes
 * outcome     {status, error, upstream_status, dur_us, bytes_in, bytes_out, notes[]}
 * parent      number of the intent, in outcomes
 * dur_mode    strict or intent
 * detail      what only this event says, below
 * cut         number of strings that were too long
 * </pre>
 *
 * <p>Keyed values are HMAC-SHA-256 in lower-case hexadecimal: {@code sub_p} of the subject key over issuer, 0x00,
 * subject; {@code jti_h}, {@code mcp.session} (first 16 bytes) and {@code span_mac} of keys derived from it.
 *
 * <h2>Events</h2>
 *
 * <pre>
 * tool.call.intent .outcome .denied .unresolved     also resource.read, resource.subscribe,
 *                    prompt.get, completion, llm.call
 *                    denied: detail {stage, reason}; unresolved: nobody knows the outcome any more
 * mcp.request.denied detail {stage, reason}: another request of a verified caller
 * auth.denied        detail {stage, reason}; or, for a flood, {reason, count, from, to}
 * tools.list         detail {view, catalog, tools, names_sha256}; prompts.list, resources.list and
 *                    resource_templates.list have prompts, resources and resource_templates in the place of tools;
 *                    models.list has models
 * session.opened     session.closed has detail {reason}
 * stream.opened      detail {view, lists[], resources}; stream.closed has detail {reason}
 * policy.changed     detail {editor, approvers[], old_sha256, new_sha256, diff_sha256}
 * policy.rejected    detail {editor, sha256, problems[]}
 * admin.ACTION       detail {administrator, target, result, reason}
 * kill.set           detail {administrator, kill, kind, whom{sub_p, iss, client_id, jti_h}, target, until, reason};
 *                    kill.removed likewise. A user stopped at every issuer has a sub_p over an empty issuer
 * consent.granted    detail {whom{sub_p, iss}, upstream, server, scopes[], administrator, reason}; consent.started,
 *                    consent.refused and consent.revoked likewise; whom and administrator where one revokes
 * signal.raised      detail {signal, about, value, threshold, what}: something unusual was seen, of the tenant if there is one
 * content.kept       detail {where, sha256, key, bytes, cut}, with the call: what was asked and answered is in that file,
 *                    sealed; content.lost has {bytes, reason}, content.expired {where, bytes, files}, of no call
 * log.opened         detail {log_sha256, vkeys[], subject_key, heartbeat_s, oldest_open}; record 0 is one
 * log.recovered      detail {from, bytes, sha256, cut_b, kept, oldest_open}: a torn tail was cut off
 * log.sealed         detail {first, last, bytes, root, oldest_open}: first record of a new segment, about the last one
 * log.heartbeat      detail {open, oldest_open}
 * log.clock          detail {jump_ms}: the wall clock moved against the monotonic one
 * log.closed         detail {reason}
 * </pre>
 *
 * <p>{@code oldest_open}: every call that began before this number has ended. A log without {@code log.closed} at its end
 * is live, or its process ended without closing it.
 *
 * <h2>Example</h2>
 *
 * <p>One record; the line breaks and the indentation are not part of it.
 *
 * <pre id="example">
 * {"v":1,"seq":1,"b":2,"bn":1,"ts":"2026-11-21T04:49:00.000000Z",
 *   "id":"01a1fc6f-ae60-7000-8000-000100000007","call":"call-7","phase":"intent",
 *   "time":"2026-11-21T04:49:00.000000Z","ev":"tool.call.intent",
 *   "actor":{"sub_p":"af2e5e021d6d95781f6a54e208904a7da859df54eeed60c846cf37bd0a2ebe5b",
 *   "iss":"https://id.example/","client_id":"agent-app","scopes":["crm:read"]},
 *   "src":{"ip":"192.0.2.7","port":40312},
 *   "mcp":{"protocol":"2026-07-28","method":"tools/call","req_id":"7","transport":"streamable_http"},
 *   "tool":{"server":"crm","name":"get_customer"},"policy":{"rules":[{"id":"support-may-read"}]},
 *   "decision":{"effect":"allow","reason_code":"rule"},"args":{"bytes":42,"level":"metadata"},
 *   "dur_mode":"strict","crc":"93810272"}
 * </pre>
 *
 * <h2>Checkpoint, history, seal</h2>
 *
 * <p>A checkpoint is a C2SP tlog-checkpoint in a C2SP signed-note with an Ed25519 signature (type 0x01): origin, size,
 * base64 root, each with LF; an empty line; {@code — ORIGIN SIGNATURE}, where SIGNATURE is the base64 of four bytes of key
 * id and the signature. A line of {@code checkpoints.log} is
 *
 * <pre>
 * {"v":1,"size":SIZE,"root":"ROOT","ts":"TIME","sig":"SIGNATURE","crc":"CRC"} LF
 * </pre>
 *
 * <p>with the checksum made as for records. A seal is a signed note by the same key whose text is
 *
 * <pre>
 * ORIGIN segment v1
 * first FIRST
 * last LAST
 * bytes LENGTH OF THE FILE
 * sha256 OF THE FILE
 * tree LAST + 1
 * root ROOT AT THAT SIZE
 * </pre>
 *
 * <p>No size, name or later member is reserved for what does not exist yet: readers ignore unknown members, unknown files
 * and further signature lines, so that encrypted payloads, tiles, further keys and cosignatures can join without a
 * migration.
 */
package dev.mcpgateway.audit;
