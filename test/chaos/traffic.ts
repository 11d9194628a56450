// Traffic for chaos: credentials that behave over days, some of which then walk through records or are used from elsewhere, so
// that every kind of state changes and findings come all the time. Endless; same seed, same events.

import type { ApiEvent } from '../../schemas/event.ts';
import { call, createRandom, START } from '../detectors/engine/traffic.ts';

const CREDENTIALS = 120;
/** Event time of the quiet calls, in which baselines form. */
const QUIET_MS = 17.5 * 3_600_000;

/** @param quiet calls before anything bad happens */
export function* traffic(seed: number, quiet: number): Generator<ApiEvent> {
  const step = Math.round(QUIET_MS / quiet);
  const random = createRandom(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const walked = new Map<number, number>();
  for (let n = 0; ; n++) {
    const who = Math.min(CREDENTIALS - 1, Math.floor(CREDENTIALS ** random()));
    // Then every twentieth credential begins to walk, one after another, and others are used by a thief.
    const walks = who % 20 === 3 && n > quiet * (0.9 + who * 0.04);
    const walk = walked.get(who) ?? 0;
    if (walks) walked.set(who, walk + 1);
    const stolen = who % 20 === 7 && n > quiet * 1.3 && random() < 0.3;
    yield call({
      at: START + n * step,
      lineage: `key:${who}`,
      client: `app-${who % 12}`,
      prefix: stolen ? '198.18.7.0/24' : `10.${who}.7.0/24`,
      asn: stolen ? 65_001 : 64_500 + (who % 40),
      ...(stolen ? { ua: 'python-requests', country: 'US' } : {}),
      route: `/v1/resource${(who + pick(3)) % 24}/{id}`,
      objects: walks ? [String(500_000 + who * 10_000 + walk)] : [`${who}-${pick(90)}`],
      shape: pick(3) === 0 ? 'limit=int&offset=int' : '',
      status: random() < 0.02 ? 404 : 200,
      bytes: 200 + pick(4_000),
    });
  }
}
