// How the store fails, so that callers can tell "try again later" from "this will never work".
// Always holds: no message quotes inserted data; ClickHouse's own text, which does, is left out of insert errors.

/** The store cannot be reached or cannot take work now. Pause, then try the same again. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** ClickHouse refused the request itself; trying again gives the same answer. */
export class StoreError extends Error {
  /** ClickHouse's error code; see system.errors. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** An applied migration is not the one on disk any more, or the database is newer than this program. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MigrationError';
  }
}
