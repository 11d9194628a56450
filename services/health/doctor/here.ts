// What can be said of this machine without asking a server: key, optional packages, detectors, and the Keytrail processes on it.

import type { Tuning } from '../../../schemas/tuning.ts';
import { hasLz4 } from '../../bus/kafka.ts';
import { type Settings, tuningOf } from '../../config.ts';
import { inspectHmacKey } from '../../ingest/identify/hmac-key.ts';
import { requireLibrary } from '../../store/embedded/library.ts';
import { detectorsOff } from '../judging.ts';
import { counted, type Problem } from '../problem.ts';
import { checked, fail, ok, type Row, warn } from './check.ts';

const PROCESS_MS = 2_000;

export async function checkHere(settings: Settings): Promise<Row[]> {
  const rows = await Promise.all([
    checked('fingerprint key', { next: 'restore the key from a backup, or let this user read it' }, () =>
      key(settings),
    ),
    packages(settings),
    [detectors(tuningOf(settings)), webhooks(settings)],
    processes(settings),
  ]);
  return rows.flat();
}

function key(settings: Settings): Row[] {
  const found = inspectHmacKey(settings.dataDirectory);
  if (found === null)
    return [
      ok(
        'fingerprint key',
        `none yet in ${settings.dataDirectory}: the first scan, ingest or up makes one; with several ingest, copy one to all`,
      ),
    ];
  if (!found.private)
    return [warn('fingerprint key', `${found.file} can be read by others`, `chmod 600 ${found.file}`)];
  return [ok('fingerprint key', found.file)];
}

async function packages(settings: Settings): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    requireLibrary();
    rows.push(ok('embedded ClickHouse', 'chdb and ffi-rs are installed'));
  } catch (error) {
    const what = (error as Error).message;
    rows.push(
      settings.clickhouse.url === undefined
        ? fail(
            'embedded ClickHouse',
            what,
            'install with npm ci without --omit=optional, or set clickhouse.url',
          )
        : ok('embedded ClickHouse', 'not installed, and not needed: clickhouse.url is set'),
    );
  }
  const lz4 = await hasLz4();
  rows.push(
    lz4 || settings.kafka.brokers.length === 0
      ? ok('lz4 for Kafka', lz4 ? 'lz4-napi is installed' : 'not installed, and not needed without Kafka')
      : warn(
          'lz4 for Kafka',
          'lz4-napi is not installed: gzip is used, and messages that others compressed with lz4 cannot be read',
          'install with npm ci without --omit=optional',
        ),
  );
  return rows;
}

function detectors(tuning: Tuning): Row {
  const off = detectorsOff(tuning);
  const now = Date.now();
  const scoped = tuning.overrides.flatMap(({ scope, detectors, expires }) => {
    const muted = Object.entries(detectors).filter(([, values]) => values.enabled === false);
    if (muted.length === 0 || (expires !== undefined && Date.parse(expires) <= now)) return [];
    const where = Object.entries(scope).map(([name, value]) => `${name} ${value}`);
    return [
      `${muted.map(([id]) => id).join(', ')} for ${where.join(', ')}${expires === undefined ? '' : ` until ${expires}`}`,
    ];
  });
  const muted = scoped.length === 0 ? '' : `muted by overrides: ${scoped.join('; ')}`;
  if (off.length > 0)
    return warn(
      'detectors',
      `${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off for everybody${muted === '' ? '' : `; ${muted}`}`,
      'docs/detectors.md says what goes unseen; prefer an override with a scope and an expiry to enabled: false',
    );
  return ok('detectors', muted === '' ? 'all are on, none is muted' : muted);
}

function webhooks({ webhooks: hooks }: Settings): Row {
  return hooks.length === 0
    ? ok('webhooks', 'none configured: incidents are in the store and on the status page only')
    : ok('webhooks', `${hooks.map(({ name, format }) => `${name} (${format})`).join(', ')}`);
}

/** Asks what listens on the ports that this configuration gives our processes. */
async function processes({ console: page, health }: Settings): Promise<Row[]> {
  const places = [
    { name: 'up', host: page.host, port: page.port },
    ...Object.entries(health.ports).map(([name, port]) => ({ name, host: health.host, port })),
  ];
  const rows = (await Promise.all(places.map(processRow))).flat();
  if (rows.length > 0) return rows;
  const ports = places.map(({ port }) => port).join(', ');
  return [ok('processes here', `none answers on this machine (ports ${ports})`)];
}

async function processRow(place: { name: string; host: string; port: number }): Promise<Row[]> {
  if (place.port === 0) return [];
  const everywhere = place.host === '0.0.0.0' || place.host === '::';
  const host = everywhere ? '127.0.0.1' : place.host;
  const address = `${host.includes(':') ? `[${host}]` : host}:${place.port}`;
  const check = `keytrail ${place.name}`;
  let body: { status?: string; service?: string; problems?: Problem[] };
  try {
    const signal = AbortSignal.timeout(PROCESS_MS);
    const answer = await fetch(`http://${address}/healthz`, { signal });
    body = (await answer.json()) as typeof body;
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError') return [];
    return [fail(check, `${address} takes connections and does not answer`, 'look in its log; restart it')];
  }
  if (body.service === undefined || body.problems === undefined) return [];
  const name = `keytrail ${body.service}`;
  if (body.problems.length === 0) return [ok(name, `answers at ${address}, no problem`)];
  return [
    {
      check: name,
      status: body.status === 'fail' ? 'fail' : 'warn',
      what: `${address} tells ${counted(body.problems.length, 'problem')}: ${body.problems.map(({ what }) => what).join('; ')}`,
      next: body.problems.map(({ next }) => next).join('; '),
    },
  ];
}
