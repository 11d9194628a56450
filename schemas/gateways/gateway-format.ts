// The contract of a gateway format: sniff a line, parse a line. Pure: no clock, no I/O, no state between lines.

import type { RejectionReason } from '../rejection.ts';
import type { GatewayRecord } from './gateway-record.ts';

export type ParseOutcome =
  | { ok: true; record: GatewayRecord }
  | { ok: false; reason: RejectionReason; detail: string };

export type LineParser = (line: string) => ParseOutcome;

export interface FormatOptions {
  /** nginx `log_format` or Apache `LogFormat` string (combined only). */
  logFormat?: string;
  /** Field mapping of the `generic` format: our field → dotted path in the NDJSON record. */
  mapping?: Readonly<Record<string, string>>;
}

/**
 * What a value of a JSON line says about the one call. `query` stands in the target as well if that has a query; what the values of
 * `route` say gives the record's route, and nothing else does; of `nothing` no event depends on the value, or on whether
 * there is one.
 */
export type CallPart =
  | 'time'
  | 'method'
  | 'target'
  | 'query'
  | 'status'
  | 'bytesIn'
  | 'bytesOut'
  | 'latency'
  | 'requestId'
  | 'route'
  | 'nothing';

/** How a JSON format tells the call from its caller, so that what a caller's lines share is read once. */
export interface CallParts {
  /** Null for values that belong to the caller. `isRead`: whether an identity extractor may read the header or field of this name. */
  of(path: readonly string[], isRead: (name: string) => boolean): CallPart | null;
  /** Whether everything in the record but the parts follows from the caller's values. */
  complete(record: GatewayRecord): boolean;
}

/** Finds the parts of a text line without parsing it, where it is written plainly. */
export interface PlainLines {
  /** False for every line that has to be parsed. Where it is true, the parser would give a record that says what follows. */
  scan(line: Uint8Array): boolean;
  /** The record says of the caller what follows from the bytes up to here and from the user agent. */
  readonly callerTo: number;
  readonly agentFrom: number;
  readonly agentTo: number;
  readonly at: number;
  readonly method: string;
  readonly targetFrom: number;
  readonly targetTo: number;
  readonly status: number;
  readonly bytesOut: number;
}

export interface GatewayFormat {
  name: string;
  title: string;
  /** Gateway configuration that produces lines of this format; shown by `keytrail formats` and in the README. */
  snippet: string;
  /** What to know: which field carries the caller's identity, what is missing by default. */
  notes: string;
  /** How much a line looks like this format: 0 not at all … 1 certainly. Cheap; never throws. */
  sniff(line: string): number;
  /** Throws a plain Error with an actionable message when the options are unusable. */
  parser(options: FormatOptions): LineParser;
  /** JSON formats whose lines share much with others of the same caller. */
  calls?: CallParts;
  /** Text formats with a plain way of writing. `options` as for the parser; null when they leave none. */
  plain?(options: FormatOptions): PlainLines | null;
}
