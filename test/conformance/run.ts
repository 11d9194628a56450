// Runs every case through our parsers and adds up the agreement per format and corpus.

import { FORMATS, formatByName, sniffFormat } from '../../schemas/gateways/catalogue.ts';
import type { LineParser } from '../../schemas/gateways/gateway-format.ts';
import { type Case, compare, type Difference } from './case.ts';
import { crowdsecCases } from './crowdsec.ts';
import { alertCases } from './crowdsec-alerts.ts';
import { datadogCases } from './datadog.ts';
import { filebeatCases } from './filebeat.ts';

export interface Tally {
  format: string;
  corpus: string;
  lines: number;
  refused: number;
  fields: number;
  equal: number;
}

export interface Conformance {
  tallies: Tally[];
  differences: Difference[];
  /** Samples of other products: how many any parser read, and how many all refused. */
  others: { read: number; refused: number };
}

export function runConformance(folder: string): Conformance {
  const { cases, others } = datadogCases(folder);
  const all = [...filebeatCases(folder), ...cases, ...crowdsecCases(folder)];
  const tallies = new Map<string, Tally>();
  const differences: Difference[] = [];
  for (const one of all) {
    const tally = tallyOf(tallies, one);
    const outcome = parserOf(one)(one.line);
    tally.lines++;
    if (outcome.ok) {
      const result = compare(one, outcome.record);
      tally.fields += result.fields;
      tally.equal += result.fields - result.differences.length;
      differences.push(...result.differences);
    } else {
      const fields = Object.keys(one.expected).length;
      tally.refused++;
      tally.fields += fields;
      differences.push({ ...one, field: '(refused)', expected: `${fields} fields`, actual: outcome.reason });
    }
  }
  for (const { tally, found } of alertCases(folder)) {
    if (tally.lines > 0) tallies.set(`${tally.format} ${tally.corpus}`, tally);
    differences.push(...found);
  }
  return { tallies: [...tallies.values()], differences, others: tryOthers(others) };
}

function tallyOf(tallies: Map<string, Tally>, one: Case): Tally {
  const key = `${one.format} ${one.corpus}`;
  const tally = tallies.get(key) ?? {
    format: one.format,
    corpus: one.corpus,
    lines: 0,
    refused: 0,
    fields: 0,
    equal: 0,
  };
  tallies.set(key, tally);
  return tally;
}

const PARSERS = new Map<string, LineParser>();

function parserOf(one: Case): LineParser {
  const key = `${one.format} ${one.options.logFormat ?? ''}`;
  const parser = PARSERS.get(key) ?? formatByName(one.format).parser(one.options);
  PARSERS.set(key, parser);
  return parser;
}

/** Lines of databases, schedulers and other gateways: no parser may throw on one. */
function tryOthers(samples: readonly string[]): Conformance['others'] {
  const parsers = FORMATS.map((f) => f.parser({}));
  let read = 0;
  for (const sample of samples) {
    sniffFormat([sample]);
    if (parsers.map((parse) => parse(sample)).some((o) => o.ok)) read++;
  }
  return { read, refused: samples.length - read };
}
