// Runs the events of a case through the real engine and says what was found when, for which detector and credential.

import type { Detector } from '../../detectors/detector.ts';
import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { type FactInput, fact } from '../../schemas/fact.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Tuning } from '../../schemas/tuning.ts';

export interface Page {
  finding: Finding;
  /** Position of the event in the case. */
  index: number;
}

interface Setting {
  tuning?: Tuning;
  facts?: readonly FactInput[] | undefined;
  detectors?: readonly Detector[];
}

/** All findings that page, in order. */
export const pagesOf = (events: readonly ApiEvent[], o: Setting = {}): Page[] =>
  findingsOf(events, o).filter(({ finding }) => finding.pages);

/** All findings, in order. */
export function findingsOf(events: readonly ApiEvent[], o: Setting = {}): Page[] {
  const { tuning, facts = [], detectors } = o;
  const knowledge = createKnowledge(facts.map((one) => fact.parse(one)));
  const engine = createEngine({
    maxCredentials: 4096,
    knowledge,
    ...(tuning ? { tuning } : {}),
    ...(detectors ? { detectors } : {}),
  });
  const found: Page[] = [];
  for (const [index, event] of events.entries())
    for (const finding of engine.process(event).findings) found.push({ finding, index });
  return found;
}
