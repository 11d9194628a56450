// One line of somebody's parser test with what they expect of it, and how ours compares, field by field.
// Always holds: a field is compared only when the fixture expects it; `null` means it expects absence.

import type { FormatOptions } from '../../schemas/gateways/gateway-format.ts';
import type { GatewayRecord } from '../../schemas/gateways/gateway-record.ts';

export interface Expected {
  time?: number;
  ip?: string;
  /** X-Forwarded-For hops and peer, left to right. */
  hops?: string[];
  method?: string | null;
  path?: string;
  query?: string;
  status?: number;
  bytes?: number;
  userAgent?: string | null;
  user?: string | null;
  host?: string;
  referer?: string | null;
  requestId?: string;
}

export interface Case {
  corpus: string;
  name: string;
  format: string;
  options: FormatOptions;
  line: string;
  expected: Expected;
}

export interface Difference {
  corpus: string;
  format: string;
  name: string;
  field: string;
  expected: string;
  actual: string;
}

type Actual = { [K in keyof Required<Expected>]: Required<Expected>[K] | null };

function actualFields(record: GatewayRecord): Actual {
  const question = record.target.indexOf('?');
  const hops = record.forwardedFor === null ? [] : record.forwardedFor.split(',').map((h) => h.trim());
  return {
    time: record.at,
    ip: record.ip,
    hops: [...hops, record.ip],
    method: record.method === '-' ? null : record.method,
    path: question < 0 ? record.target : record.target.slice(0, question),
    query: question < 0 ? '' : record.target.slice(question + 1),
    status: record.status,
    bytes: record.bytesOut,
    userAgent: record.userAgent,
    user: record.user,
    host: record.host,
    referer: record.headers.referer ?? null,
    requestId: record.requestId,
  };
}

/** Fields the fixture expects and ours gives differently. */
export function compare(one: Case, record: GatewayRecord): { fields: number; differences: Difference[] } {
  const actual = actualFields(record);
  const differences: Difference[] = [];
  const fields = Object.keys(one.expected) as (keyof Expected)[];
  for (const field of fields) {
    const want = JSON.stringify(one.expected[field]);
    const got = JSON.stringify(
      field === 'time' ? atPrecisionOf(one.expected.time, actual.time) : actual[field],
    );
    if (want !== got) differences.push({ ...one, field, expected: want ?? 'undefined', actual: got });
  }
  return { fields: fields.length, differences };
}

/** A fixture that keeps whole seconds is compared in whole seconds. */
function atPrecisionOf(expected: number | undefined, actual: number | null): number | null {
  return actual !== null && expected !== undefined && expected % 1000 === 0
    ? Math.floor(actual / 1000) * 1000
    : actual;
}

/** `-` and empty are how access logs write "absent". */
export function absentOr(text: string): string | null {
  return text === '-' || text === '' ? null : text;
}

/** Path and query of an expected request target. */
export function splitTarget(target: string): Pick<Expected, 'path' | 'query'> {
  const question = target.indexOf('?');
  return question < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, question), query: target.slice(question + 1) };
}
