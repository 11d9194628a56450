// Makes docs/detectors.md: what each detector sees, misses and mistakes, and its parameters, taken from the catalogue so
// that it cannot drift. Pure: the same catalogue gives the same page.

import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector, DetectorMeta } from '../../detectors/detector.ts';
import { type ParameterFacts, parametersOf } from '../detectors/catalogue-files.ts';

const INTRO = `# Detectors

Generated from \`detectors/catalogue.ts\` by \`npm run gen\`; edit the detectors, not this page. Every parameter can be set for
all credentials or for a tenant, client, credential or route; see [keytrail.example.yaml](../keytrail.example.yaml).
A detector's own page says how it works, how to tune it and what to do when it fires.
`;

export function detectorsPage(): string {
  return [INTRO, overview(), ...CATALOGUE.map(section)].join('\n');
}

function overview(): string {
  return table(
    ['id', 'detector', 'family', 'sees', 'ATT&CK', 'OWASP'],
    CATALOGUE.map(({ meta }) => [
      meta.id,
      `[${meta.title}](${pageOf(meta)})`,
      meta.family,
      meta.behaviour,
      meta.attack.map(techniqueLink).join(', '),
      meta.owasp.join(', '),
    ]),
  );
}

function section(detector: Detector): string {
  const { meta } = detector;
  return `## ${meta.id} ${meta.title}

${meta.behaviour} [How it works](${pageOf(meta)}).

Does not see:

${list(meta.blindSpots)}
May be wrong about:

${list(meta.falsePositives)}
${table(['parameter', 'default', 'unit', 'range', 'effect'], parametersOf(detector).map(parameterRow))}`;
}

const parameterRow = (p: ParameterFacts): string[] => [
  `\`${p.name}\``,
  String(p.default),
  p.unit,
  p.range,
  p.effect,
];

const pageOf = (meta: DetectorMeta): string => `../detectors/${meta.family}/${meta.name}/README.md`;

const techniqueLink = (id: string): string =>
  `[${id}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;

const list = (items: readonly string[]): string => items.map((item) => `- ${item}\n`).join('');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
