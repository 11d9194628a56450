// One entry of the reader through a normaliser: an event, or the rejection that says why not.
// Always holds: each entry gives exactly one of the two, whoever refused it; excerpts are masked.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import { maskText } from './mask/mask.ts';
import type { Normaliser } from './normalise.ts';
import type { Entry } from './read/entry.ts';

export type EntryOutcome = { event: ApiEvent } | { rejection: Rejection };

export function entryOutcome(entry: Entry, normaliser: Normaliser): EntryOutcome {
  const { bytes, position, fault } = entry;
  if (fault === undefined) return normaliser.normalise(bytes, position);
  const excerpt = maskText(new TextDecoder().decode(bytes.subarray(0, 512)));
  return { rejection: { ...fault, format: normaliser.format ?? 'auto', position, excerpt } };
}
