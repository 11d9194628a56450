// Why the embedded server cannot run, for callers that branch on it.

export class EmbeddedUnavailable extends Error {
  /** `missing`: no library for this machine. `in-use`: another process has the directory. `failed`: it did not start. */
  readonly reason: 'missing' | 'in-use' | 'failed';

  constructor(reason: 'missing' | 'in-use' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedUnavailable';
    this.reason = reason;
  }
}
