// Incidents as a table for people: severity, what, who, the sentence with the numbers, records, when. Width follows the
// terminal; colour only where the terminal has it. Text from the log is made printable first.

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

export function incidentTable(incidents: readonly Incident[], options: TableOptions): string {
  const paint = (code: string, text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const fixed = [10, 13, 22, 12, 18];
  const summary = Math.max(
    36,
    Math.min(options.columns, 160) - fixed.reduce((sum, width) => sum + width, 0) - 7,
  );
  const table = new Table({
    head: ['severity', 'family', 'credential', 'what happened', 'records', 'opened (UTC)'].map((text) =>
      paint('1', text),
    ),
    colWidths: [fixed[0]!, fixed[1]!, fixed[2]!, summary, fixed[3]!, fixed[4]!],
    wordWrap: true,
    style: { head: [], border: [], compact: false },
  });
  for (const incident of incidents) {
    table.push([
      paint(SEVERITY_COLOUR[incident.severity], incident.severity),
      incident.family,
      wrapAnywhere(printable(incident.credential.display), fixed[2]! - 2),
      `${printable(incident.summary)}\n${paint('2', `${incident.detectors.join(', ')} · ${incident.odds}`)}`,
      recordsText(incident),
      incident.opened_at.slice(0, 16).replace('T', ' '),
    ]);
  }
  return table.toString();
}

function recordsText({ exposed }: Incident): string {
  if (exposed.low === exposed.high) return exposed.records.toLocaleString('en');
  return `${exposed.records.toLocaleString('en')}\n${exposed.low.toLocaleString('en')}–${exposed.high.toLocaleString('en')}`;
}

/** Breaks words longer than the column, which the table would otherwise cut off. */
function wrapAnywhere(text: string, width: number): string {
  return text.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'gu'), '$& ');
}
