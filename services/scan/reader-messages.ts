// What the reading thread and the scan say to each other. The scan answers each `events` with one message of any content, for credit.

import type { Rejection } from '../../schemas/rejection.ts';
import type { ScanRoute } from '../../schemas/scan.ts';
import type { InputProblem } from '../ingest/read/input.ts';
import type { Parcel } from './parcel.ts';
import type { ReaderOptions, Reading } from './reader.ts';

/** Messages with events on their way at once. */
export const CREDIT = 6;

export interface ThreadData {
  options: ReaderOptions;
  tellsRejections: boolean;
}

export type Note = { rejection: Rejection } | { path: string; format: string };

export type ReaderMessage =
  /** The notes were made before the last of the events was read. */
  | { kind: 'events'; parcel: Parcel; notes: Note[]; reading: Reading }
  | { kind: 'end'; routes: readonly ScanRoute[] }
  | { kind: 'input-error'; problem: InputProblem; path: string; message: string };
