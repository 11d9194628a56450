// Splits a request target and reads single query parameters the way servers do (WHATWG urlencoded parsing).
// Always holds: linear time; malformed percent-encoding is kept as it stands.

export interface Target {
  /** Path without query and fragment. */
  path: string;
  /** Query without `?` and fragment. */
  query: string;
}

export function splitTarget(target: string): Target {
  const hashAt = target.indexOf('#');
  const whole = hashAt < 0 ? target : target.slice(0, hashAt);
  const mark = whole.indexOf('?');
  return mark < 0 ? { path: whole, query: '' } : { path: whole.slice(0, mark), query: whole.slice(mark + 1) };
}

/**
 * What `take` answers of the first pair of which it answers anything, else null. A pair is from `from` to before `end`; its `=` is
 * at `equals`, -1 when it has none.
 */
export function findPair<T>(
  query: string,
  take: (from: number, equals: number, end: number) => T | null,
): T | null {
  let from = 0;
  // The next one is looked for once it is passed: looking from each pair would cost the square of the length.
  let equals = query.indexOf('=');
  while (from <= query.length) {
    const amp = query.indexOf('&', from);
    const end = amp < 0 ? query.length : amp;
    if (equals >= 0 && equals < from) equals = query.indexOf('=', from);
    const taken = take(from, equals < end ? equals : -1, end);
    if (taken !== null) return taken;
    from = end + 1;
  }
  return null;
}

/** First non-empty value of a parameter, name compared without regard to case; null when absent. */
export function queryValue(query: string, name: string): string | null {
  if (query === '') return null;
  const wanted = name.toLowerCase();
  return findPair(query, (from, equals, end) =>
    equals > from && equals < end - 1 && decodePlus(query.slice(from, equals)).toLowerCase() === wanted
      ? decodePlus(query.slice(equals + 1, end))
      : null,
  );
}

/** Percent-decoding with `+` as space; text that does not decode is returned as it is. */
export function decodePlus(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-7][0-9a-fA-F])+/g, (run) => decodeURIComponent(run));
  }
}
