// How far each followed file was read, kept in one small file in the data directory.
// Always holds: the file on disk is whole (written aside, then renamed); writes follow one another.
// Does not promise: that the newest position survives a power cut; lines are then read again, with the same ids.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../logger.ts';

export const filePosition = z.strictObject({
  /** Device and inode: the file itself, whatever it is called by now. */
  id: z.string(),
  /** Bytes of complete lines handed over, decompressed. */
  offset: z.number().int().nonnegative(),
  /** Lines handed over. */
  line: z.number().int().nonnegative(),
  /** SHA-256 of the first `headBytes` bytes: tells a truncated or reused file from the one we know. */
  head: z.string(),
  headBytes: z.number().int().nonnegative(),
  /** The same of the last `markBytes` bytes before `offset`: tells files that begin alike. */
  mark: z.string().default(''),
  markBytes: z.number().int().nonnegative().default(0),
});
export type FilePosition = z.infer<typeof filePosition>;

const stored = z.record(z.string(), filePosition);

export interface Positions {
  get(path: string): FilePosition | null;
  save(path: string, position: FilePosition): Promise<void>;
}

/** A damaged file is reported and replaced: everything is then read again, which is harmless. */
export async function openPositions(file: string, logger: Logger): Promise<Positions> {
  await mkdir(dirname(file), { recursive: true });
  const positions = new Map(Object.entries(await load(file, logger)));
  let writing: Promise<void> = Promise.resolve();
  async function write(): Promise<void> {
    await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(positions)), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  return {
    get: (path) => positions.get(path) ?? null,
    async save(path, position) {
      positions.set(path, position);
      writing = writing.catch(() => undefined).then(write);
      await writing;
    },
  };
}

async function load(file: string, logger: Logger): Promise<Record<string, FilePosition>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return stored.parse(JSON.parse(text));
  } catch {
    logger.warn(
      { file },
      'the positions of followed files cannot be read; they are read from the start again',
    );
    return {};
  }
}
