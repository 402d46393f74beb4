// What AWS sends and aimock does not: frames of application/vnd.amazon.eventstream whose payload is {"bytes": "<base64 of an
// event>"} (aimock puts the event itself there), and errors that are one message, with their kind in a header field.

import { crc32 } from 'node:zlib';

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const TEXT = 7;

/** The whole frames at the beginning of `bytes`, by the name of their event and with their payload, and what is left. */
export function frames(bytes) {
  const all = [];
  let rest = bytes;
  while (rest.length >= PRELUDE_BYTES && rest.length >= rest.readUInt32BE(0)) {
    const length = rest.readUInt32BE(0);
    const payloadAt = PRELUDE_BYTES + rest.readUInt32BE(4);
    const name = /:event-type\x07..([A-Za-z]+)/s.exec(rest.subarray(PRELUDE_BYTES, payloadAt).toString('latin1'))?.[1];
    all.push({ name, payload: rest.subarray(payloadAt, length - CHECKSUM_BYTES).toString() });
    rest = rest.subarray(length);
  }
  return [all, rest];
}

/** A frame of InvokeModelWithResponseStream with one event of the model. */
export function chunkFrame(event) {
  return eventFrame('chunk', JSON.stringify({ bytes: Buffer.from(event).toString('base64') }));
}

/** A frame with an event of this name. */
export function eventFrame(name, event) {
  const headers = Buffer.concat(
    Object.entries({ ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }).map(header),
  );
  const payload = Buffer.from(event);
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  prelude.writeUInt32BE(PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const frame = Buffer.concat([prelude, headers, payload]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(frame), 0);
  return Buffer.concat([frame, checksum]);
}

function header([name, value]) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length, 0);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([TEXT]), length, Buffer.from(value)]);
}

const KINDS = { 400: 'ValidationException', 429: 'ThrottlingException' };

/** An error of aimock's as AWS says it: its header fields and its body. */
export function awsError(status, json) {
  const { error } = JSON.parse(json);
  return { headers: { 'x-amzn-errortype': KINDS[status] ?? 'InternalServerException' }, body: JSON.stringify({ message: error.message }) };
}
