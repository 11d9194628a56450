// What the HTTP receiver needs to take facts: where they go, and who may send security event tokens.

import type { Settings } from '../config.ts';
import { type CaepReader, createCaepReader } from './caep.ts';
import type { FactKeeper } from './take-facts.ts';

/** Throws ConfigError when the key set of caep.jwks cannot be read. */
export function factTaker(
  settings: Pick<Settings, 'caep'>,
  keeper: FactKeeper,
): { take: FactKeeper['take']; caep: CaepReader | null } {
  return { take: keeper.take, caep: settings.caep ? createCaepReader(settings.caep) : null };
}
