// Facts: as people write them, over HTTP and as signed security events; kept in the store, known again after a restart.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pino from 'pino';
import { createKnowledge, type Knowledge } from '../../detectors/knowledge.ts';
import { ConfigError } from '../../services/config.ts';
import { factTaker } from '../../services/facts/fact-taker.ts';
import { FactsError, factsOf, parseText, readFactsFiles } from '../../services/facts/read-facts.ts';
import { createFactKeeper } from '../../services/facts/take-facts.ts';
import { type Receiver, startReceiver } from '../../services/ingest/http/receiver.ts';
import { createIntake } from '../../services/ingest/intake.ts';
import { memorySink, normalisers } from './ingest-sources.ts';
import { event, openTestStore, START, type TestStore } from './store/fixtures.ts';

const directory = mkdtempSync(join(tmpdir(), 'keytrail-facts-'));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const byKey = (lineage: string, at = START + 5000) => event(1, { at, credential: { lineage } });

describe('as people write them', () => {
  test('YAML, a JSON list and one object a line mean the same', () => {
    const yaml = file(
      'facts.yaml',
      '- type: revocation\n  match: { lineage: key-1 }\n  at: 2026-03-02T00:00:00Z\n  by: Anna\n',
    );
    const json = '[{"type":"revocation","match":{"lineage":"key-1"},"at":1772409600000,"by":"Anna"}]';
    const lines = `${json.slice(1, -1)}\n${json.slice(1, -1).replace('key-1', 'key-2')}\n`;
    const [fact] = readFactsFiles([yaml]);
    assert.deepEqual(fact, factsOf(parseText(json))[0]);
    assert.equal(factsOf(parseText(lines)).length, 2);
    assert.deepEqual([fact?.type, fact?.tenant], ['revocation', 'default']);
  });

  test('what is planted is named by its id and kept as its digest', () => {
    const [planted] = factsOf(
      parseText('{"type":"canary","kind":"object","collection":"/v1/customers","id":"4711"}'),
    );
    assert.ok(!JSON.stringify(planted).includes('4711'));
    const knowledge = createKnowledge([planted!]);
    const touch = event(1, { tenant: 'default', objects: [{ collection: '/v1/customers', id: '4711' }] });
    assert.equal(knowledge.canaries(touch).length, 1);
    assert.equal(knowledge.canaries({ ...touch, tenant: 'other' }).length, 0);
  });

  test('every problem at once, with its place and what is allowed', () => {
    const text =
      '- type: revoked\n- { type: job, kind: import, match: {}, from: yesterday, until: 5, records: 0 }\n- { type: canary, kind: object }\n';
    assert.throws(
      () => factsOf(parseText(text)),
      (error: FactsError) => {
        const all = error.problems.join('\n');
        for (const part of [
          'fact 1',
          'allowed: credential, revocation',
          'fact 2: from is not a time',
          'fact 2: records',
          'fact 3: a canary names',
        ])
          assert.ok(all.includes(part), `${part} in\n${all}`);
        return error instanceof FactsError;
      },
    );
    assert.throws(() => readFactsFiles([join(directory, 'absent.yaml')]), ConfigError);
    assert.throws(() => readFactsFiles([file('wrong.yaml', ': :\n -')]), ConfigError);
  });
});

describe('over HTTP', () => {
  const issuer = 'https://idp.example';
  let t: TestStore;
  let receiver: Receiver;
  let bare: Receiver;
  let knowledge: Knowledge;
  let sign: (claims: Record<string, unknown>, from?: string) => Promise<string>;

  before(async () => {
    t = await openTestStore();
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwks = file(
      'keys.json',
      JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }),
    );
    sign = (claims, from = issuer) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt' })
        .setIssuer(from)
        .setAudience('keytrail')
        .setIssuedAt(Math.floor(START / 1000))
        .sign(privateKey);
    knowledge = createKnowledge();
    const keeper = createFactKeeper({ store: t.store, knowledge });
    const common = {
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: 65_536,
      intake: createIntake({ sink: memorySink() }),
      normaliserFor: normalisers(),
      logger: pino({ level: 'silent' }),
    };
    const caep = { issuer, audience: 'keytrail', jwks, tenant: 'default' };
    receiver = await startReceiver({ ...common, facts: factTaker({ caep }, keeper) });
    bare = await startReceiver(common);
  });
  after(async () => {
    await receiver.close();
    await bare.close();
    await t.close();
  });

  const post = async (
    path: string,
    body: string,
    to = receiver,
  ): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${to.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    return { status: response.status, text: await response.text() };
  };

  test('a fact answers once it is accepted, and again after a restart', async () => {
    const told = '{"type":"credential","match":{"lineage":"key-7"},"owner":"Billing"}';
    assert.deepEqual(await post('/v1/context', told), { status: 200, text: '{"accepted":1}' });
    assert.equal(knowledge.inventory({ ...byKey('key-7'), tenant: 'default' })?.owner, 'Billing');
    await post('/v1/context', told);
    const again = createKnowledge();
    const caughtUp = await createFactKeeper({ store: t.store, knowledge: again }).catchUp();
    assert.equal(caughtUp, (await t.store.facts()).length);
    assert.equal((await t.store.facts()).filter(({ type }) => type === 'credential').length, 1);
    assert.equal(again.inventory({ ...byKey('key-7'), tenant: 'default' })?.owner, 'Billing');
  });

  test('a wrong list is refused whole', async () => {
    const before = (await t.store.facts()).length;
    const { status, text } = await post('/v1/context', '[{"type":"deploy","at":1},{"type":"deploy"}]');
    assert.equal(status, 400);
    assert.match(text, /fact 2: at/);
    assert.equal((await t.store.facts()).length, before);
    assert.equal((await post('/v1/context', '')).status, 400);
    assert.equal((await post('/v1/context', '{"type":"deploy","at":1}', bare)).status, 501);
  });

  test('a signed session-revoked ends the session; others are refused with their reason', async () => {
    const events = {
      'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {
        event_timestamp: Math.floor(START / 1000),
        reason_admin: { en: 'stolen' },
      },
    };
    const sub_id = { format: 'complex', session: { format: 'opaque', id: 'session-9' } };
    assert.equal((await post('/v1/caep', await sign({ events, sub_id }))).status, 202);
    const call = { ...byKey('somebody'), tenant: 'default' };
    const session = { ...call, credential: { ...call.credential, jti: 'session-9' } };
    assert.deepEqual(knowledge.revocation(session)?.reason, 'stolen');
    assert.equal(knowledge.revocation(call), null);
    const wrong = await post('/v1/caep', await sign({ events, sub_id }, 'https://other.example'));
    assert.deepEqual([wrong.status, JSON.parse(wrong.text).err], [400, 'invalid_issuer']);
    const token = await sign({ events, sub_id });
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    assert.equal(JSON.parse((await post('/v1/caep', forged)).text).err, 'invalid_key');
    assert.equal(JSON.parse((await post('/v1/caep', 'no token')).text).err, 'invalid_request');
  });
});
