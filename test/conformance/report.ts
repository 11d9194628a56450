// `npm run conformance`: prints the agreement table and every difference; exit 1 below 98 % in a format.

import { corporaFolder } from './corpora.ts';
import { runConformance, type Tally } from './run.ts';

const folder = corporaFolder();
if (folder === null) {
  process.stderr.write('KEYTRAIL_CORPORA is not set: give the folder that holds the parser fixtures\n');
  process.exitCode = 2;
} else {
  const { tallies, differences, others } = runConformance(folder);
  const rows = [...tallies].sort((a, b) => (a.format + a.corpus < b.format + b.corpus ? -1 : 1));
  process.stdout.write(
    '| format | corpus | lines | refused | fields | equal | agreement |\n|---|---|---:|---:|---:|---:|---:|\n',
  );
  for (const t of rows) {
    process.stdout.write(
      `| ${t.format} | ${t.corpus} | ${t.lines} | ${t.refused} | ${t.fields} | ${t.equal} | ${percent([t])} |\n`,
    );
  }
  for (const format of new Set(rows.map((r) => r.format))) {
    const own = rows.filter((r) => r.format === format);
    process.stdout.write(
      `| **${format}** | all | ${sum(own, 'lines')} | ${sum(own, 'refused')} | ${sum(own, 'fields')} | ${sum(own, 'equal')} | ${percent(own)} |\n`,
    );
    if (sum(own, 'equal') / sum(own, 'fields') < 0.98) process.exitCode = 1;
  }
  process.stdout.write(
    `\nother products: ${others.refused} lines refused, ${others.read} read, 0 crashes\n\n`,
  );
  for (const d of differences) {
    process.stdout.write(
      `${d.format} ${d.corpus} ${d.name} ${d.field}: expected ${d.expected}, ours ${d.actual}\n`,
    );
  }
}

function sum(rows: readonly Tally[], field: 'lines' | 'refused' | 'fields' | 'equal'): number {
  return rows.reduce((total, row) => total + row[field], 0);
}

function percent(rows: readonly Tally[]): string {
  return `${((100 * sum(rows, 'equal')) / sum(rows, 'fields')).toFixed(2)} %`;
}
