// Writes a scenario as files, for other tools to be measured on: the tenant's events with the attack among them, what is true of
// it, and what the company has told. Same seed, same bytes.
// events.ndjson holds normalised events, or with `lines` kong.ndjson what Kong's http-log plugin would have sent of them.

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiEvent } from '../../schemas/event.ts';
import { type FactInput, fact } from '../../schemas/fact.ts';
import type { Attack, Variant } from './contract.ts';
import { DAY } from './contract.ts';
import { makeWorld } from './world/world.ts';

export interface WriteOptions {
  directory: string;
  attack: Attack;
  variant: Variant;
  shape: string;
  seed: number;
  credentials: number;
  /** Days of ordinary traffic before the test period. */
  past: number;
  lines: boolean;
}

export function writeScenario(o: WriteOptions): { events: number; records: number } {
  const world = makeWorld({ archetype: o.attack.archetype, seed: o.seed, credentials: o.credentials });
  const plan = o.attack.plan(world, o);
  mkdirSync(o.directory, { recursive: true });
  const file = openSync(join(o.directory, o.lines ? 'kong.ndjson' : 'events.ndjson'), 'w');
  const taken = new Set<string>();
  let events = 0;
  let end = plan.start;
  const write = (event: ApiEvent): void => {
    writeSync(file, `${o.lines ? kongRecord(event) : JSON.stringify(event)}\n`);
    events++;
  };
  const ordinary = world.traffic(world.testStart - o.past * DAY, world.end)[Symbol.iterator]();
  let next = ordinary.next();
  for (const { event, records } of plan.calls) {
    for (; !next.done && next.value.at <= event.at; next = ordinary.next()) write(next.value);
    write(event);
    for (const record of records) taken.add(record);
    end = event.at;
  }
  closeSync(file);
  const labels = {
    scenario: o.attack.id,
    title: o.attack.title,
    incident: o.attack.incident,
    variant: o.variant,
    shape: o.shape,
    seed: o.seed,
    lineages: [...plan.lineages],
    start: new Date(plan.start).toISOString(),
    end: new Date(end).toISOString(),
    records: taken.size,
    loot: plan.loot,
    expected: o.attack.expected,
  };
  const told: FactInput[] = [...world.facts, ...(plan.facts ?? [])];
  writeFileSync(join(o.directory, 'labels.json'), `${JSON.stringify(labels, null, 2)}\n`);
  writeFileSync(
    join(o.directory, 'context.json'),
    `${JSON.stringify(
      told.map((one) => fact.parse(one)),
      null,
      2,
    )}\n`,
  );
  return { events, records: taken.size };
}

/** As Kong Gateway 3.x logs it; who nobody identified has no consumer. */
function kongRecord(event: ApiEvent): string {
  const uri = event.query === '' ? event.path : `${event.path}?${event.query}`;
  const known = event.credential.kind !== 'client' && event.credential.kind !== 'anonymous';
  const latency = event.latency_ms ?? 0;
  return JSON.stringify({
    request: {
      id: event.id,
      method: event.method,
      uri,
      url: `https://${event.host}${uri}`,
      size: event.bytes_in,
      querystring: Object.fromEntries(new URLSearchParams(event.query)),
      headers: {
        host: event.host,
        'user-agent': event.client.user_agent,
        ...(known ? { apikey: 'REDACTED' } : {}),
      },
    },
    response: { status: event.status, size: event.bytes_out, headers: { 'x-kong-request-id': event.id } },
    latencies: { kong: 0, proxy: latency, request: latency },
    service: { id: event.tenant, name: event.tenant, host: event.host },
    ...(known ? { consumer: { id: event.credential.lineage, username: event.credential.lineage } } : {}),
    client_ip: event.client.ip,
    started_at: event.at,
  });
}
