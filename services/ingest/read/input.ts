// Opens what a user names as input: a file, `-` for standard input, or a stream.
// Always holds: what cannot be read is an InputError that says which path, what is wrong and what to do.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const CHUNK = 256 * 1024;

export type InputProblem =
  | 'missing'
  | 'directory'
  | 'not-a-file'
  | 'permission'
  | 'compression'
  | 'unreadable';

/** The input cannot be read at all (as opposed to a line of it). */
export class InputError extends Error {
  override name = 'InputError';
  readonly problem: InputProblem;
  readonly path: string;
  constructor(problem: InputProblem, path: string, message: string) {
    super(message);
    this.problem = problem;
    this.path = path;
  }
}

export interface Input {
  /** What messages call it: the path as given, or `standard input`. */
  path: string;
  /** Size in bytes as stored (compressed), null when unknown. */
  size: number | null;
  chunks(): AsyncIterable<Buffer>;
  /** True when chunks() may be called again from the beginning. */
  repeatable: boolean;
}

export async function openInput(source: string | Readable): Promise<Input> {
  if (typeof source !== 'string')
    return {
      path: 'standard input',
      size: null,
      chunks: () => readStream(source, 'standard input'),
      repeatable: false,
    };
  if (source === '-')
    return {
      path: 'standard input',
      size: null,
      chunks: () => readStream(process.stdin, 'standard input'),
      repeatable: false,
    };
  const facts = await stat(source).catch((error: NodeJS.ErrnoException) => {
    throw inputError(error, source);
  });
  if (facts.isDirectory())
    throw new InputError(
      'directory',
      source,
      `${source} is a directory; name the log files in it, such as ${source.replace(/\/+$/, '')}/*.log`,
    );
  // Pipes (`<(zcat …)`) can be read, but only once.
  if (!facts.isFile() && !facts.isFIFO() && !facts.isCharacterDevice())
    throw new InputError(
      'not-a-file',
      source,
      `${source} is not a file; name a log file, or - for standard input`,
    );
  return {
    path: source,
    size: facts.isFile() ? facts.size : null,
    chunks: () => readStream(createReadStream(source, { highWaterMark: CHUNK }), source),
    repeatable: facts.isFile(),
  };
}

async function* readStream(stream: Readable, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream)
      yield typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk as Uint8Array);
  } catch (error) {
    throw error instanceof InputError ? error : inputError(error as NodeJS.ErrnoException, path);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function inputError(error: NodeJS.ErrnoException, path: string): InputError {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return new InputError('missing', path, `${path} does not exist; check the path`);
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new InputError('permission', path, `${path} may not be read by this user; check its permissions`);
  if (error.code === 'EISDIR')
    return new InputError('directory', path, `${path} is a directory; name the log files in it`);
  return new InputError('unreadable', path, `${path} cannot be read: ${error.code ?? error.message}`);
}

const OTHER_COMPRESSION: readonly { magic: readonly number[]; name: string; command: string }[] = [
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd', command: 'zstdcat' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2', command: 'bzcat' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], name: 'xz', command: 'xzcat' },
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'zip', command: 'unzip -p' },
];

/** Bytes needed to know how the input is compressed. */
export const MAGIC_BYTES = 6;

/** Refuses compressions that are not read here, with the command that helps. */
export function refuseOtherCompression(head: Buffer, path: string): void {
  for (const { magic, name, command } of OTHER_COMPRESSION) {
    if (magic.every((byte, i) => head[i] === byte))
      throw new InputError(
        'compression',
        path,
        `${path} is compressed with ${name}; only gzip is read directly: ${command} ${path} | keytrail scan -`,
      );
  }
}
