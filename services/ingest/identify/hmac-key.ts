// The key that fingerprints are taken with: 32 random bytes in `<data directory>/fingerprint.key`, made on first use.
// Always holds: processes that start together agree on one key; the file is readable by its owner only.
// Does not promise: recovery. With another key the same secrets get other fingerprints, and lineages taken from them change.

import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../config.ts';

const HMAC_KEY_FILE = 'fingerprint.key';
const KEY_BYTES = 32;

/**
 * Reads the key, creating directory and file when they are missing.
 * @throws Error saying which file, what is wrong with it and what to do.
 */
export function loadHmacKey(directory: string): Uint8Array {
  const file = join(directory, HMAC_KEY_FILE);
  return read(file) ?? create(directory, file);
}

/**
 * How the key lies on disk, without making one; null when there is none yet.
 * @throws ConfigError as loadHmacKey() does
 */
export function inspectHmacKey(directory: string): { file: string; private: boolean } | null {
  const file = join(directory, HMAC_KEY_FILE);
  if (read(file) === null) return null;
  return { file, private: (statSync(file).mode & 0o077) === 0 };
}

function read(file: string): Uint8Array | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ConfigError('fingerprint key', [`cannot read the fingerprint key ${file}: ${message(error)}`]);
  }
  if (bytes.length !== KEY_BYTES) {
    throw new ConfigError('fingerprint key', [
      `the fingerprint key ${file} is ${bytes.length} bytes long, it must be ${KEY_BYTES}; restore it from a backup, or delete it to start with a new key (known credentials will look new)`,
    ]);
  }
  return new Uint8Array(bytes);
}

/** Writes a whole file aside and links it into place: whoever links first wins, nobody ever reads half a key. */
function create(directory: string, file: string): Uint8Array {
  const aside = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(aside, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
    chmodSync(aside, 0o600);
  } catch (error) {
    throw new ConfigError('fingerprint key', [
      `cannot create the fingerprint key ${file}: ${message(error)}`,
    ]);
  }
  try {
    linkSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new ConfigError('fingerprint key', [
        `cannot create the fingerprint key ${file}: ${message(error)}`,
      ]);
    }
  } finally {
    unlinkSync(aside);
  }
  return read(file)!;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
