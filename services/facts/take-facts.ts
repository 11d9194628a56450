// Where told facts go: kept in the store, then told to the engine, so that a restart knows them again.
// Always holds: a fact answers for events only once it is stored; the same fact again changes nothing.

import { createHash } from 'node:crypto';
import type { Knowledge } from '../../detectors/knowledge.ts';
import type { Fact } from '../../schemas/fact.ts';
import type { Store } from '../store/store.ts';

export interface FactKeeper {
  take(facts: readonly Fact[]): Promise<void>;
  /** Tells the engine what the store holds and it was not told yet: at the start, and what other processes were told. */
  catchUp(): Promise<number>;
}

export function createFactKeeper(o: {
  store: Pick<Store, 'insertFacts' | 'facts'>;
  knowledge: Knowledge;
}): FactKeeper {
  const told = new Set<string>();
  const tell = (fact: Fact): boolean => {
    const id = factId(fact);
    if (told.has(id)) return false;
    told.add(id);
    o.knowledge.tell(fact);
    return true;
  };
  return {
    async take(facts) {
      await o.store.insertFacts(facts.map((fact) => ({ id: factId(fact), fact })));
      for (const fact of facts) tell(fact);
    },
    async catchUp() {
      let count = 0;
      for (const fact of await o.store.facts()) if (tell(fact)) count++;
      return count;
    },
  };
}

/** 32 hex digits of the content. */
function factId(fact: Fact): string {
  return createHash('sha256').update(JSON.stringify(fact)).digest('hex').slice(0, 32);
}
