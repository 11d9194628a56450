// Exit codes of every command, and the error that carries one. 0 ran, 1 failed, 2 wrong usage, 3 found what --fail-on
// asked about.

export const EXIT = { ok: 0, failed: 1, usage: 2, found: 3 } as const;

/** Wrong usage: printed without a stack, exit 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
