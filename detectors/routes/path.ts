// Cuts a path into segments, and tells version segments (`2`, `2.0`, `2024-01-31`) from values by where they stand.
// Always holds: no allocation beyond the segment itself; never throws. Does not decode: segments are compared as logged.

import { isDate, isNumericVersion } from './segment.ts';

/** First character after the leading slash. */
export function start(path: string): number {
  return path.charCodeAt(0) === 47 ? 1 : 0;
}

/** End of the path proper: before `?` or `#`, at most 4,096 characters. */
export function stop(path: string): number {
  let end = Math.min(path.length, 4096);
  const query = path.indexOf('?');
  if (query >= 0 && query < end) end = query;
  return end;
}

export function isLast(path: string, to: number, end: number): boolean {
  return to >= end || (to + 1 === end && path.charCodeAt(to) === 47);
}

/** One segment, without matrix parameters (`;jsessionid=…`), which are never part of a route. */
export function cut(path: string, from: number, to: number): string {
  const segment = path.slice(from, to);
  const semicolon = segment.indexOf(';');
  return semicolon > 0 ? segment.slice(0, semicolon) : segment;
}

/** A segment that names the API version rather than a value. */
export function isVersionAt(segment: string, depth: number, previous: string, last: boolean): boolean {
  if (last) return false;
  if (isDate(segment)) return depth <= 2 && segment.length <= 10;
  if (!isNumericVersion(segment)) return false;
  if (depth === 0 || previous === 'api' || previous === 'rest') return true;
  return depth <= 2 && segment.indexOf('.') > 0;
}

/** The pattern a version literal takes when there are too many of them to be versions. */
export function versionPattern(name: string): string | null {
  if (isDate(name)) return '{date}';
  return isNumericVersion(name) ? '{id}' : null;
}
