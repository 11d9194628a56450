// Several time-ordered streams as one.

export interface Timed<T> {
  at: number;
  item: T;
}

/** Earliest first; at equal times the stream given first goes first. */
export function* merge<T>(...streams: Iterable<Timed<T>>[]): Generator<Timed<T>> {
  const heads = streams.map((stream) => stream[Symbol.iterator]());
  const next = heads.map((head) => head.next());
  for (;;) {
    let best = -1;
    for (let i = 0; i < next.length; i++) {
      if (next[i]!.done) continue;
      if (best < 0 || next[i]!.value.at < next[best]!.value.at) best = i;
    }
    if (best < 0) return;
    yield next[best]!.value;
    next[best] = heads[best]!.next();
  }
}
