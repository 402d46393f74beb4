// Checks a checkpoint's signature and one record's inclusion with @sigstore/verify, whose two functions for that are not
// part of its public interface: the version is pinned.
//
// usage: node inclusion.mjs NODE_MODULES VKEY_FILE CHECKPOINT_FILE < {"index": N, "record": "...", "hashes": ["..."]}
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, vkeyFile, checkpointFile] = process.argv.slice(2);
const tlog = join(resolve(modules), '@sigstore/verify/dist/tlog');
const require = createRequire(join(resolve(modules), 'x.js'));
const { verifyCheckpoint } = require(join(tlog, 'checkpoint.js'));
const { verifyMerkleInclusion } = require(join(tlog, 'merkle.js'));

const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)/.exec(readFileSync(vkeyFile, 'utf8'));
const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'base64').subarray(1)]);
const log = {
  logID: Buffer.from(id, 'hex'),
  baseURL: name,
  publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
};

const { index, record, hashes } = JSON.parse(readFileSync(0, 'utf8'));
const inclusionProof = {
  logIndex: String(index),
  hashes: (hashes ?? []).map((hash) => Buffer.from(hash, 'base64')),
  checkpoint: { envelope: readFileSync(checkpointFile, 'utf8') },
};
const checkpoint = verifyCheckpoint({ inclusionProof }, [log]);
verifyMerkleInclusion({ inclusionProof, canonicalizedBody: Buffer.from(record, 'utf8') }, checkpoint);
console.log(`record ${index} is in the tree of ${checkpoint.logSize} records that ${name} signed`);
