// Poison: mutated lines of every gateway format through ingest, and what becomes of them, mutated again, through detect's reading
// of Kafka messages and the engine. Counts everything.
// Always holds: same seed, same lines. What is thrown is a crash, noted with the batch that reproduces it; nothing stops the run.

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createEngine } from '../../detectors/engine.ts';
import { createRouteLearner } from '../../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../../schemas/config.ts';
import { type ApiEvent, apiEvent } from '../../schemas/event.ts';
import { FORMATS } from '../../schemas/gateways/catalogue.ts';
import type { GatewayFormat } from '../../schemas/gateways/gateway-format.ts';
import { incident } from '../../schemas/incident.ts';
import { type Rejection, rejection } from '../../schemas/rejection.ts';
import { readEvents } from '../../services/detect/event-message.ts';
import { createIntake } from '../../services/ingest/intake.ts';
import { createNormaliser, type Normaliser } from '../../services/ingest/normalise.ts';
import { positionIn } from '../../services/ingest/read/entry.ts';
import { createLineSplitter } from '../../services/ingest/read/lines.ts';
import { openSourceFacts } from '../../services/ingest/source/lookup.ts';
import { FORBIDDEN, leaksIn, PLANTED } from '../planted-secrets.ts';
import { type Random, seeded } from '../scenarios/random.ts';
import { bytesOf, LINE_MUTATIONS, type Line, lineOf, MUTATIONS, spoil } from './mutate.ts';

export interface Tally {
  lines: number;
  events: number;
  rejected: number;
}

export interface PoisonResult {
  seed: number;
  lines: Tally;
  /** Lines that still held a planted secret: those that could have leaked one. */
  carrying: number;
  /** Kafka messages: what ingest made of the lines, half of it mutated again. */
  messages: Tally;
  mutations: Record<string, Tally>;
  formats: Record<string, Tally>;
  reasons: Record<string, number>;
  incidents: number;
  crashes: string[];
  /** Names of secrets in an output, with the line that brought them there. */
  leaks: string[];
}

export interface PoisonOptions {
  lines: number;
  seed: number;
  onProgress?: (state: { lines: number; events: number; incidents: number }) => void;
}

const BATCH = 500;
/** Of the lines of a batch, those that another gateway wrote, and those that were broken before. */
const FOREIGN = 0.05;
const BROKEN = 0.05;
/** Of the lines, those that are mutated a second time. */
const TWICE = 0.2;
const MESSAGE_MUTATED = 0.5;
const GOLDEN = new URL('../golden/gateways/', import.meta.url);

/** What the normaliser makes of an exception in a parser. */
const PARSER_FAILED = /made its parser fail/;

const EVERY = [...Object.keys(MUTATIONS), ...Object.keys(LINE_MUTATIONS)];

interface Seeds {
  good: Line[];
  /** Lines that the format refuses as they are. */
  bad: Line[];
}

function seedsOf({ name, parser }: GatewayFormat): Seeds {
  const golden = readFileSync(new URL(`${name}.lines`, GOLDEN), 'utf8')
    .trimEnd()
    .split('\n');
  const parse = parser({});
  const seeds: Seeds = { good: [], bad: [] };
  for (const line of [...golden, ...(PLANTED[name] ?? [])])
    (parse(line).ok ? seeds.good : seeds.bad).push(lineOf(line, FORBIDDEN));
  return seeds;
}

interface Spoilt {
  bytes: Buffer;
  mutation: string;
}

function mutated(line: Line, other: Line, random: Random): Spoilt {
  const mutation = random.pick(EVERY);
  const ofLine = LINE_MUTATIONS[mutation];
  const once = ofLine ? ofLine(line, { random, other }) : spoil(line, MUTATIONS[mutation]!, random);
  const again = random.next() < TWICE ? spoil(once, random.pick(Object.values(MUTATIONS)), random) : once;
  return { bytes: bytesOf(again), mutation };
}

export async function poison(o: PoisonOptions): Promise<PoisonResult> {
  const random = seeded(o.seed);
  const seeds = FORMATS.map(seedsOf);
  const all = seeds.flatMap(({ good, bad }) => [...good, ...bad]);
  const formats = ['auto', ...FORMATS.map(({ name }) => name)];
  const normaliserFor = createNormalisers();
  const engine = createEngine();
  const result: PoisonResult = {
    seed: o.seed,
    lines: { lines: 0, events: 0, rejected: 0 },
    carrying: 0,
    messages: { lines: 0, events: 0, rejected: 0 },
    mutations: Object.fromEntries(EVERY.map((name) => [name, { lines: 0, events: 0, rejected: 0 }])),
    formats: Object.fromEntries(formats.map((name) => [name, { lines: 0, events: 0, rejected: 0 }])),
    reasons: {},
    incidents: 0,
    crashes: [],
    leaks: [],
  };

  const look = (output: unknown, brought: () => string): void => {
    const text = JSON.stringify(output);
    if (holdsSecret(text)) result.leaks.push(`${leaksIn(text).join(', ')}: ${brought()}`);
  };

  async function ingest(batch: readonly Spoilt[], format: string, first: number): Promise<string[]> {
    const taken: { event?: ApiEvent; rejection?: Rejection }[] = [];
    const sink = {
      publish: async (events: readonly ApiEvent[]) => void taken.push(...events.map((event) => ({ event }))),
      reject: async (refused: readonly Rejection[]) =>
        void taken.push(...refused.map((one) => ({ rejection: one }))),
    };
    const splitter = createLineSplitter(positionIn('poison'), first);
    const entries: Parameters<typeof splitter.push>[1] = [];
    splitter.push(Buffer.concat(batch.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])), entries);
    await createIntake({ sink }).take(entries, normaliserFor(format));
    const mutationAt = (position: string) => batch[Number(position.slice('poison:'.length)) - first - 1]!;
    const messages: string[] = [];
    const positionOf = ({ id }: ApiEvent): string =>
      batch
        .map((_, i) => `poison:${first + i + 1}`)
        .find((at) => hash('sha256', `${at}\0${mutationAt(at).bytes}`, 'hex').startsWith(id)) ?? '';
    for (const { event, rejection: refused } of taken) {
      if (event) {
        messages.push(JSON.stringify(apiEvent.parse(event)));
        look(event, () => `${JSON.stringify(event)}\n  of ${mutationAt(positionOf(event))?.bytes}`);
      }
      if (refused === undefined) continue;
      const from = mutationAt(rejection.parse(refused).position);
      result.mutations[from.mutation]!.rejected++;
      result.reasons[refused.reason] = (result.reasons[refused.reason] ?? 0) + 1;
      if (PARSER_FAILED.test(refused.detail))
        result.crashes.push(`parser of ${refused.format}: ${refused.excerpt}`);
      look(refused, () => from.bytes.toString('latin1').slice(0, 600));
    }
    const rejected = taken.length - messages.length;
    for (const { mutation, bytes } of batch) {
      result.mutations[mutation]!.lines++;
      if (holdsSecret(bytes.toString('latin1'))) result.carrying++;
    }
    for (const tally of [result.lines, result.formats[format]!]) {
      tally.lines += batch.length;
      tally.events += messages.length;
      tally.rejected += rejected;
    }
    return messages;
  }

  function detect(values: readonly string[], first: number): void {
    const messages = values.map((value, i) => {
      const [line, other] = [value, random.pick(values)].map((text) => lineOf(text, [])) as [Line, Line];
      const spoilt = random.next() < MESSAGE_MUTATED;
      const bytes = spoilt ? mutated(line, other, random).bytes : Buffer.from(value);
      return { key: null, value: bytes, offset: String(first + i) };
    });
    const read = readEvents({ topic: 'api.events', partition: 0, token: 'poison', messages });
    result.messages.lines += messages.length;
    result.messages.events += read.events.length;
    result.messages.rejected += read.rejections.length;
    for (const refused of read.rejections) look(rejection.parse(refused), () => refused.position);
    for (const event of read.events) {
      look(event, () => `event ${event.id}`);
      const verdict = engine.process(event);
      for (const state of verdict.incidents) look(incident.parse(state), () => `incident ${state.id}`);
      result.incidents += verdict.incidents.filter(({ status }) => status === 'open').length;
    }
  }

  for (let done = 0, batch = 1; done < o.lines; done += BATCH, batch++) {
    const format = random.pick(formats);
    const { good, bad } = seeds[formats.indexOf(format) - 1] ?? random.pick(seeds);
    const pick = (): Line => {
      const share = random.next();
      if (share < BROKEN && bad.length > 0) return random.pick(bad);
      return random.pick(share < BROKEN + FOREIGN ? all : good);
    };
    const length = Math.min(BATCH, o.lines - done);
    const spoilt = Array.from({ length }, () => mutated(pick(), random.pick(all), random));
    try {
      detect(await ingest(spoilt, format, done), done);
    } catch (error) {
      result.crashes.push(`batch ${batch} of seed ${o.seed}, read as ${format}: ${(error as Error).stack}`);
    }
    const { events } = result.lines;
    o.onProgress?.({ lines: done + spoilt.length, events, incidents: result.incidents });
  }
  for (const tally of Object.values(result.mutations)) tally.events = tally.lines - tally.rejected;
  return result;
}

const holdsSecret = (text: string): boolean => FORBIDDEN.some((secret) => text.includes(secret));

/** What is wrong, in words; empty when nothing is. */
export function problems({ lines, messages, crashes, leaks }: PoisonResult): string[] {
  const unaccounted = (t: Tally) => t.lines - t.events - t.rejected;
  return [
    ...crashes.map((crash) => `crashed: ${crash}`),
    ...leaks.map((leak) => `a secret got through: ${leak}`),
    ...(unaccounted(lines) === 0 ? [] : [`${unaccounted(lines)} lines are unaccounted for`]),
    ...(unaccounted(messages) === 0 ? [] : [`${unaccounted(messages)} messages are unaccounted for`]),
    // A message that no rejection and no event came of, or a line that never became a message.
    ...(messages.lines === lines.events ? [] : [`${lines.events} events, but ${messages.lines} messages`]),
  ];
}

/** Fresh for every batch with `auto`, which settles on a format; else one per format, as a receiver has. */
function createNormalisers(): (format: string) => Normaliser {
  const shared = { routes: createRouteLearner(), sources: openSourceFacts({}) };
  const kept = new Map<string, Normaliser>();
  return (format) => {
    const known = kept.get(format);
    if (known !== undefined) return known;
    const made = createNormaliser({
      format,
      formatOptions: {},
      extractors: DEFAULT_EXTRACTORS,
      hmacKey: Buffer.alloc(32, 7),
      tenant: 'default',
      environment: 'test',
      trustedProxies: [],
      ...shared,
    });
    if (format !== 'auto') kept.set(format, made);
    return made;
  };
}
