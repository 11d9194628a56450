// Incidents as a table for people: severity, what, who, the sentence with the numbers, records, when. A terminal too
// narrow for columns gets one block per incident. Colour only where the terminal has it. Text from the log is made
// printable first.

import Table from 'cli-table3';
import type { Severity } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import { printable } from './printable.ts';

export interface TableOptions {
  columns: number;
  colour: boolean;
}

const SEVERITY_COLOUR: Record<Severity, string> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  info: '2',
};
const BOLD = '1';
const FAINT = '2';

/** Widths of severity, family, credential, records and time of opening; the sentence gets the rest. */
const WIDTH = { severity: 10, family: 16, credential: 22, records: 13, opened: 18 };
const BORDERS = 7;
const FIXED = Object.values(WIDTH).reduce((sum, width) => sum + width, BORDERS);
const LEAST_SENTENCE = 34;
const WIDEST = 170;

export function incidentTable(incidents: readonly Incident[], options: TableOptions): string {
  return options.columns < FIXED + LEAST_SENTENCE ? blocks(incidents, options) : table(incidents, options);
}

function table(incidents: readonly Incident[], { columns, colour }: TableOptions): string {
  const sentence = Math.min(columns, WIDEST) - FIXED;
  const { severity, family, credential, records, opened } = WIDTH;
  const result = new Table({
    head: ['severity', 'family', 'credential', 'what happened', 'records', 'opened (UTC)'].map((text) =>
      paint({ colour, code: BOLD, text }),
    ),
    colWidths: [severity, family, credential, sentence, records, opened],
    wordWrap: true,
    style: { head: [], border: [], compact: false },
  });
  for (const incident of incidents) {
    result.push([
      severityText(incident, colour),
      incident.family,
      wrapAnywhere(printable(incident.credential.display), credential - 2),
      wrapAnywhere(sentenceText(incident, colour), sentence - 2),
      recordsText(incident, '\n'),
      openedText(incident),
    ]);
  }
  return result.toString();
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right']
    .flatMap((edge) => ['', '-mid', '-left', '-right'].map((place) => [`${edge}${place}`, '']))
    .concat([['middle', '']]),
);

function blocks(incidents: readonly Incident[], { columns, colour }: TableOptions): string {
  const result = new Table({
    colWidths: [columns],
    wordWrap: true,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const incident of incidents) {
    const who = paint({ colour, code: BOLD, text: printable(incident.credential.display) });
    const head = `${severityText(incident, colour)}  ${incident.family}  ${who}  ${openedText(incident)}`;
    const records = `${recordsText(incident, ' ')} records`;
    result.push([wrapAnywhere(`${head}\n${sentenceText(incident, colour)}\n${records}`, columns)], ['']);
  }
  return result
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

function paint({ colour, code, text }: { colour: boolean; code: string; text: string }): string {
  return colour ? `\u001b[${code}m${text}\u001b[0m` : text;
}

const severityText = ({ severity }: Incident, colour: boolean): string =>
  paint({ colour, code: SEVERITY_COLOUR[severity], text: severity });

const openedText = ({ opened_at }: Incident): string => opened_at.slice(0, 16).replace('T', ' ');

function sentenceText({ summary, detectors, odds }: Incident, colour: boolean): string {
  // Word by word, since the table ends a colour where it breaks the line.
  const basis = `${detectors.join(', ')} · ${odds}`.split(' ');
  return `${printable(summary)}\n${basis.map((text) => paint({ colour, code: FAINT, text })).join(' ')}`;
}

function recordsText({ exposed }: Incident, gap: string): string {
  const [records, low, high] = [exposed.records, exposed.low, exposed.high].map((n) =>
    n.toLocaleString('en'),
  );
  return low === high ? records! : `${records}${gap}(${low} to ${high})`;
}

/** Breaks words longer than the column, which the table would otherwise cut off. */
function wrapAnywhere(text: string, width: number): string {
  return text.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'gu'), '$& ');
}
