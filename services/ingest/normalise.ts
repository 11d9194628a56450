// From the bytes of one log entry to an event, or to a rejection that says why: check the bytes, parse by the format,
// build the event. Always holds: every entry gives exactly one of the two, nothing throws, and a rejection's excerpt is
// masked. With `auto` the format is chosen anew at each of the first 20 entries, from all entries so far; then it stays,
// unless 100 entries in a row are refused: then it is chosen again from the last 20.

import { isUtf8 } from 'node:buffer';
import type { ApiEvent } from '../../schemas/event.ts';
import { formatByName, sniffFormat } from '../../schemas/gateways/catalogue.ts';
import type { FormatOptions, GatewayFormat, LineParser } from '../../schemas/gateways/gateway-format.ts';
import { REJECTION_REASONS, type Rejection, type RejectionReason } from '../../schemas/rejection.ts';
import { createEntryMemory } from './entry-memory.ts';
import { createFamiliarLines, type FamiliarLines } from './familiar/familiar.ts';
import { checkExtractors } from './identify/extractors.ts';
import { cut } from './identify/lineage.ts';
import { createMasker } from './mask/mask.ts';
import { createEventBuilder, type EventBuilderOptions } from './to-event.ts';

export interface NormaliserOptions extends EventBuilderOptions {
  /** Name of a format, or `auto`. */
  format: string;
  formatOptions: FormatOptions;
  /** Name of the gateway in events; by default the format's name. */
  gateway?: string;
}

/** Why the reader of the input already refused an entry, which then holds its beginning only. */
export interface EntryFault {
  reason: RejectionReason;
  detail: string;
}

export interface Normaliser {
  /** `position` (`file.log:17`) identifies the entry: the same position and bytes always give the same event id. */
  normalise(
    entry: Uint8Array,
    position: string,
    fault?: EntryFault,
  ): { event: ApiEvent } | { rejection: Rejection };
  /**
   * With `auto`, while no format is recognised: looks at entries before they are normalised, so that the first ones
   * are not refused for want of a format. Without effect otherwise.
   */
  lookAhead(entries: readonly { bytes: Uint8Array }[]): void;
  /** Format in use; null with `auto` as long as none was recognised. */
  readonly format: string | null;
}

const MAX_ENTRY_BYTES = 1024 * 1024;
const MAX_EXCERPT = 512;
const MAX_POSITION = 1024;
/** Characters masked to get an excerpt; a secret may be longer than the excerpt. */
const EXCERPT_SOURCE = 4096;
const SAMPLE = 20;
/** Entries looked at before the first is normalised. */
const LOOK_AHEAD = 1000;
const MAX_SNIFFED = 65_536;
const GIVE_UP_AFTER = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const LINE_BREAK = /[\r\n]/;

/** @throws Error when format, format options, extractors or trusted proxies cannot be used. */
export function createNormaliser(options: NormaliserOptions): Normaliser {
  checkExtractors(options.extractors);
  const builder = createEventBuilder(options);
  const chooser = createChooser(options);
  const masker = createMasker(
    options.extractors.filter((spec) => spec.includes(':')).map((spec) => spec.slice(spec.indexOf(':') + 1)),
  );

  function reject(
    bytes: Uint8Array,
    position: string,
    why: EntryFault,
    isPart = false,
  ): { rejection: Rejection } {
    const { reason, detail } = why;
    const excerpt = excerptOf(bytes, isPart, masker.excerpt);
    const format = chooser.current?.format.name ?? options.format;
    return { rejection: { reason, detail, format, position: cut(position, MAX_POSITION), excerpt } };
  }

  let familiar: { format: GatewayFormat; lines: FamiliarLines | null } | null = null;
  const names = options.extractors.map((spec) => spec.slice(spec.indexOf(':') + 1));
  const memory = createEntryMemory();

  /** Null while the format is not settled, and for formats without a fast way. */
  function familiarLines(): FamiliarLines | null {
    const { settled } = chooser;
    if (settled === null) return null;
    if (familiar?.format !== settled.format)
      familiar = {
        format: settled.format,
        lines: createFamiliarLines(settled.format, options.formatOptions, names),
      };
    return familiar.lines;
  }

  /** The event of a line much like earlier ones; null when it has to be parsed. */
  function recognise(line: Buffer): ApiEvent | null {
    try {
      const known = familiarLines()?.read(line) ?? null;
      if (known === null) return null;
      return builder.eventOf(known, memory.id(), options.gateway ?? familiar!.format.name);
    } catch {
      // Whatever is wrong, the parser is to say so.
      return null;
    }
  }

  function build(line: string, held: Buffer): { event: ApiEvent } | EntryFault {
    const chosen = chooser.choose(line);
    if (chosen === null) {
      return {
        reason: 'wrong-shape',
        detail: 'no known format recognises the line; name one with --format (see `keytrail formats`)',
      };
    }
    const parsed = chosen.parse(line);
    if (!parsed.ok) return parsed;
    familiarLines()?.learn(held, parsed.record, builder.callerOf);
    return builder.toEvent(parsed.record, memory.id(), options.gateway ?? chosen.format.name);
  }

  return {
    get format() {
      return chooser.current?.format.name ?? null;
    },
    lookAhead(entries) {
      if (chooser.current !== null) return;
      for (let from = 0; from < Math.min(entries.length, LOOK_AHEAD); from += SAMPLE)
        if (chooser.recognise(entries.slice(from, from + SAMPLE).map(({ bytes }) => beginningOf(bytes))))
          return;
    },
    normalise(entry, position, fault) {
      if (fault !== undefined) return reject(entry, position, fault, true);
      const wrong = byteProblem(entry);
      if (wrong !== null) return reject(entry, position, wrong);
      const held = memory.hold(position, entry);
      const event = recognise(held);
      if (event !== null) {
        chooser.learn(true);
        return { event };
      }
      const line = textOf(held);
      const unreadable = textProblem(line);
      if (unreadable !== null) return reject(entry, position, unreadable);
      let outcome: { event: ApiEvent } | EntryFault;
      try {
        outcome = build(line, held);
      } catch {
        // One line must never stop the others. The error is not quoted, it could repeat input.
        outcome = {
          reason: 'wrong-shape',
          detail:
            'the line made its parser fail; please report the format and what is special about the line',
        };
      }
      chooser.learn('event' in outcome);
      return 'event' in outcome ? outcome : reject(entry, position, outcome);
    },
  };
}

/** Enough of an entry to tell its format; longer ones say nothing when cut, and are left to normalise(). */
const beginningOf = (bytes: Uint8Array): string => (bytes.length > MAX_SNIFFED ? '' : textOf(bytes));

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function problem(reason: RejectionReason): EntryFault {
  return { reason, detail: REJECTION_REASONS[reason] };
}

function byteProblem(entry: Uint8Array): EntryFault | null {
  if (entry.length === 0) return problem('empty');
  if (entry.length > MAX_ENTRY_BYTES) return problem('too-long');
  return isUtf8(entry) ? null : problem('invalid-utf8');
}

/** Line breaks may stand within a JSON document only. */
function textProblem(line: string): EntryFault | null {
  if (CONTROL.test(line)) return problem('binary');
  const text = line.trimStart();
  if (text === '') return problem('empty');
  return text[0] !== '{' && text[0] !== '[' && LINE_BREAK.test(line.trimEnd()) ? problem('binary') : null;
}

/** The beginning of the entry, without control characters and masked. What may be a cut-off secret goes too. */
function excerptOf(entry: Uint8Array, isPart: boolean, mask: (text: string) => string): string {
  const bytes = entry.subarray(0, EXCERPT_SOURCE);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]+/gu, '');
  const whole = isPart || entry.length > EXCERPT_SOURCE ? text.replace(/[^\s"',&;]*$/, '') : text;
  return cut(mask(whole), MAX_EXCERPT);
}

interface Chosen {
  format: GatewayFormat;
  parse: LineParser;
}

interface Chooser {
  readonly current: Chosen | null;
  /** What choose() is certain to answer for the next line, whatever it is. */
  readonly settled: Chosen | null;
  choose(line: string): Chosen | null;
  /** Chooses by lines that are not yet to be parsed; false when no format knows them. */
  recognise(lines: readonly string[]): boolean;
  /** Told after each entry that reached a parser. */
  learn(accepted: boolean): void;
}

function createChooser(options: NormaliserOptions): Chooser {
  const { formatOptions } = options;
  const open = (format: GatewayFormat): Chosen => ({ format, parse: format.parser(formatOptions) });
  const named =
    formatOptions.logFormat !== undefined
      ? 'combined'
      : formatOptions.mapping !== undefined
        ? 'generic'
        : options.format;
  const name = options.format === 'auto' ? named : options.format;
  if (name === 'auto') return createSniffer(open);
  const fixed = open(formatByName(name));
  return {
    current: fixed,
    settled: fixed,
    choose: () => fixed,
    recognise: () => true,
    learn: () => undefined,
  };
}

function createSniffer(open: (format: GatewayFormat) => Chosen): Chooser {
  /** The last lines seen while undecided; emptied once decided, because lines hold secrets. */
  let sample: string[] = [];
  let seen = 0;
  let current: Chosen | null = null;
  let refused = 0;

  function decide(): void {
    const best = sniffFormat(sample);
    if (best !== null && best.format.name !== current?.format.name) current = open(best.format);
  }

  return {
    get current() {
      return current;
    },
    get settled() {
      return seen >= SAMPLE && sample.length === 0 && refused < GIVE_UP_AFTER - SAMPLE ? current : null;
    },
    recognise(lines) {
      const best = sniffFormat(lines);
      if (best !== null) current = open(best.format);
      return best !== null;
    },
    choose(line) {
      seen++;
      const undecided = seen <= SAMPLE || current === null || refused >= GIVE_UP_AFTER - SAMPLE;
      if (!undecided) {
        if (sample.length > 0) sample = [];
        return current;
      }
      sample.push(line);
      if (sample.length > SAMPLE) sample.shift();
      if (seen <= SAMPLE || (current === null && seen % SAMPLE === 0) || refused >= GIVE_UP_AFTER) {
        if (refused >= GIVE_UP_AFTER) refused = 0;
        decide();
      }
      return current;
    },
    learn(accepted) {
      refused = accepted ? 0 : refused + 1;
    },
  };
}
