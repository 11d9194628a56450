// How D19 says what it found: on one account, from one source, from many sources at one sign-in.

import type { Draft, SharedDraft } from '../../detector.ts';
import { spanInWords } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import type { Tries } from '../tries.ts';
import type { Ctx } from './detector.ts';
import type { Wave } from './spread.ts';

const REJECTED = [
  'a job with an old password: a secret counts once, however often it is tried',
  'an outage of the identity provider: secrets that were good before do not count, and were not refused to others',
  'typing errors: whoever was let in in between was taken into account',
];
const letIn = (count: number): string =>
  count === 0 ? 'none was let in' : `${thousands(count)} ${count === 1 ? 'was' : 'were'} let in afterwards`;

export function accountClaim({ event, baseline }: Ctx, tries: Tries): Draft {
  const window = spanInWords(event.at - tries.since);
  const share = Math.round(100 * baseline.failureShare);
  return {
    logE: tries.evidence,
    pages: true,
    since: tries.since,
    claim: `was tried with ${thousands(tries.pairs.size)} different secrets in ${window}, all refused (${thousands(tries.attempts)} attempts from ${tries.clusters.size} ${tries.clusters.size === 1 ? 'source' : 'sources'}); ${letIn(tries.entered)}; usually ${share} % of its calls are refused`,
    exposed: { records: tries.entered, bytes: 0, events: tries.attempts },
    evidence: [
      ...common(tries, window),
      {
        feature: 'secrets from places new to the account',
        observed: tries.strange,
        expected: 0,
        unit: 'secrets',
        window,
      },
    ],
    rejected: REJECTED,
    scope: 'source',
  };
}

export function sourceClaim({ event }: Ctx, tries: Tries): SharedDraft {
  const { client } = event;
  const window = spanInWords(event.at - tries.since);
  const display = `${client.prefix} with ${client.ua_family}`;
  return {
    logE: tries.evidence,
    pages: true,
    since: tries.since,
    claim: `was refused ${thousands(tries.pairs.size)} different secrets on ${thousands(tries.accounts.size)} ${tries.accounts.size === 1 ? 'account' : 'accounts'} in ${window} (${thousands(tries.attempts)} attempts); ${letIn(tries.entered)}`,
    exposed: { records: tries.entered, bytes: 0, events: tries.attempts },
    evidence: common(tries, window),
    rejected: REJECTED,
    scope: 'credential',
    subject: { kind: 'client', key: `client:${client.prefix} ${client.ua_family}`, display },
    attributed: attributed(tries.callers),
  };
}

export function waveClaim({ event }: Ctx, wave: Wave, logE: number): SharedDraft {
  const window = spanInWords(event.at - wave.since);
  const entered = [...wave.callers.values()].filter((caller) => caller.entered).length;
  const attempts = [...wave.callers.values()].reduce((sum, caller) => sum + caller.attempts, 0);
  return {
    logE,
    pages: true,
    since: wave.since,
    claim: `refused ${thousands(wave.callers.size)} accounts or secrets to ${thousands(wave.sources.size)} sources at once in ${window}; ${letIn(entered)}`,
    exposed: { records: entered, bytes: 0, events: attempts },
    evidence: [
      {
        feature: 'sources with several refused secrets',
        observed: wave.sources.size,
        expected: 0,
        unit: 'sources',
        window: 'last hour',
      },
      {
        feature: 'accounts or secrets tried by them',
        observed: wave.callers.size,
        expected: 0,
        unit: 'credentials',
        window,
      },
      { feature: 'let in after a refusal', observed: entered, expected: 0, unit: 'credentials', window },
    ],
    rejected: REJECTED,
    scope: 'credential',
    subject: {
      kind: 'route',
      key: `route:${event.method} ${event.route}`,
      display: `${event.method} ${event.route}`,
    },
    attributed: attributed(wave.callers),
  };
}

function common(tries: Tries, window: string): Draft['evidence'] {
  return [
    {
      feature: 'different secrets or accounts refused',
      observed: tries.pairs.size,
      expected: 1,
      unit: 'secrets',
      window,
    },
    { feature: 'attempts', observed: tries.attempts, expected: tries.pairs.size, unit: 'attempts', window },
    { feature: 'let in after a refusal', observed: tries.entered, expected: 0, unit: 'times', window },
    {
      feature: 'sources of the attempts',
      observed: tries.clusters.size,
      expected: 1,
      unit: 'sources',
      window,
    },
  ];
}

function attributed(
  callers: ReadonlyMap<string, { display: string; attempts: number; entered: boolean }>,
): SharedDraft['attributed'] {
  return [...callers]
    .map(([lineage, { display, attempts, entered }]) => ({
      lineage,
      display,
      records: entered ? 1 : 0,
      requests: attempts,
    }))
    .sort((a, b) => b.records - a.records || b.requests - a.requests || (a.lineage < b.lineage ? -1 : 1));
}
