// Writes checkpoints, one at a time, while judging goes on.
// Always holds: one that could not be written stays the one to write, and is tried again whole; a repeat is harmless. Never rejects
// by itself: what the store throws is thrown by finish().

import {
  type Checkpoint,
  type CheckpointStore,
  type Deliverer,
  type PartSave,
  perform,
  writeCheckpoint,
} from './checkpoint.ts';

/** What became of a checkpoint. */
export interface Written {
  /** Parts that are durable now. */
  ours: readonly PartSave[];
  /** Parts that another process had taken further. */
  lost: readonly string[];
}

export interface Writer {
  /** Begun and not finished. */
  readonly busy: boolean;
  /** Nothing is under way any more: finish() answers at once, or tries again. */
  readonly ended: boolean;
  /** The one before must be finished. `onWritten` is called when it is written, not when that failed. */
  begin(checkpoint: Checkpoint, onWritten: () => void): void;
  /** Waits for the checkpoint, or tries it again. Throws what the store throws; call again then. */
  finish(): Promise<Written>;
}

/** @param o.before what must be stored before any checkpoint */
export function createWriter(o: {
  store: CheckpointStore;
  deliverer: Deliverer;
  before: () => Promise<void>;
}): Writer {
  let checkpoint: Checkpoint | null = null;
  let underWay: Promise<Written> | null = null;
  let ended = false;

  async function attempt(one: Checkpoint): Promise<Written> {
    await o.before();
    const taken = await writeCheckpoint(o.store, one);
    const { saves } = one;
    const ours = saves.filter(({ part }) => taken.has(part));
    for (const { duties } of ours) await perform(duties, o.store, o.deliverer);
    return { ours, lost: saves.filter(({ part }) => !taken.has(part)).map(({ part }) => part) };
  }

  return {
    get busy() {
      return checkpoint !== null;
    },
    get ended() {
      return ended;
    },
    begin(next, onWritten) {
      checkpoint = next;
      ended = false;
      underWay = attempt(next);
      underWay.then(
        () => {
          ended = true;
          onWritten();
        },
        () => {
          ended = true;
        },
      );
    },
    async finish() {
      underWay ??= attempt(checkpoint!);
      try {
        const written = await underWay;
        checkpoint = null;
        return written;
      } finally {
        underWay = null;
        ended = checkpoint !== null;
      }
    },
  };
}
