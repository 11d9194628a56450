// What was told answers for what it names, in its tenant and its time, and for nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, caller, DATA_CENTRE, DAY, HOUR, START } from '../../detectors/cases.ts';
import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { type FactInput, fact } from '../../schemas/fact.ts';

const told = (...facts: FactInput[]) => createKnowledge(facts.map((one) => fact.parse(one)));
const at = (time: number, more: Partial<ApiEvent['credential']> = {}): ApiEvent => {
  const event = call(time, caller('key-1', DATA_CENTRE, { client: 'acme' }), {
    collection: '/v1/orders',
    id: '7',
  });
  return { ...event, credential: { ...event.credential, ...more } };
};

test('the closest name wins, patterns come last, the latest told counts', () => {
  const knowledge = told(
    { type: 'credential', match: { lineage: 'key-*' }, owner: 'pattern' },
    { type: 'credential', match: { client: 'acme' }, owner: 'client' },
  );
  assert.equal(knowledge.inventory(at(START))?.owner, 'client');
  knowledge.tell(fact.parse({ type: 'credential', match: { lineage: 'key-1' }, owner: 'lineage' }));
  assert.equal(knowledge.inventory(at(START))?.owner, 'lineage');
  knowledge.tell(fact.parse({ type: 'credential', match: { lineage: 'key-1' }, owner: 'later' }));
  assert.equal(knowledge.inventory(at(START))?.owner, 'later');
  assert.equal(knowledge.inventory(at(START, { lineage: 'key-2', client: null }))?.owner, 'pattern');
  assert.equal(knowledge.inventory(at(START, { lineage: 'other', client: null })), null);
});

test('all given keys must match', () => {
  const knowledge = told({ type: 'revocation', match: { client: 'acme', subject: 'bert' }, at: START });
  assert.equal(knowledge.revocation(at(START + 1, { subject: 'bert' }))?.at, START);
  assert.equal(knowledge.revocation(at(START + 1, { subject: 'carl' })), null);
  assert.equal(knowledge.revocation(at(START - 1, { subject: 'bert' })), null);
});

test('deploys explain a day, jobs their window, sensitivity its routes', () => {
  const knowledge = told(
    { type: 'deploy', at: START, routes: ['/v1/orders*'] },
    {
      type: 'job',
      kind: 'import',
      match: { lineage: 'key-1' },
      from: START,
      until: START + HOUR,
      records: 10,
    },
    { type: 'sensitivity', route: '/v1/orders*', tags: ['personal'] },
  );
  assert.ok(knowledge.deploy(at(START + DAY)));
  assert.equal(knowledge.deploy(at(START + DAY + 1)), null);
  assert.ok(knowledge.job(at(START + HOUR)));
  assert.equal(knowledge.job(at(START + HOUR + 1)), null);
  assert.ok(knowledge.tags('default', '/v1/orders/{id}').has('personal'));
  assert.equal(knowledge.tags('default', '/v2/orders').size, 0);
  assert.equal(knowledge.tags('other', '/v1/orders/{id}').size, 0);
});

test('a declared window covers as many records as were declared, and no more', () => {
  const run = (records: number): number => {
    const engine = createEngine({
      knowledge: told(
        {
          type: 'job',
          kind: 'import',
          match: { lineage: 'key-1' },
          from: START,
          until: START + DAY,
          records,
        },
        { type: 'canary', kind: 'object', digest: 'x'.repeat(32) },
      ),
    });
    let pages = 0;
    for (let i = 0; i < 400; i++) {
      const event = call(START + i * 1000, caller('key-1', DATA_CENTRE), {
        collection: '/v1/orders',
        id: String(1000 + i),
      });
      pages += engine.process(event).findings.filter((finding) => finding.pages).length;
    }
    return pages;
  };
  assert.equal(run(1000), 0);
  assert.ok(run(100) > 0);
});
