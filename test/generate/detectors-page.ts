// Makes docs/detectors.md: what each detector sees, misses and mistakes, and its parameters, taken from the catalogue so
// that it cannot drift. Pure: the same catalogue gives the same page.

import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector, DetectorMeta } from '../../detectors/detector.ts';
import { ATTACK_VERSION, attackOf } from '../../schemas/siem/attack.ts';
import { OWASP_RISKS } from '../../schemas/siem/owasp.ts';
import { type ParameterFacts, parametersOf } from '../detectors/catalogue-files.ts';

const INTRO = `# Detectors

Generated from \`detectors/catalogue.ts\` by \`npm run gen\`; edit the detectors, not this page. Every parameter can be set for
all credentials or for a tenant, client, credential or route; see [keytrail.example.yaml](../keytrail.example.yaml).
A detector's own page says how it works, how to tune it and what to do when it fires.
`;

export function detectorsPage(): string {
  return [INTRO, overview(), coverage(), ...CATALOGUE.map(section)].join('\n');
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

/** Which techniques and risks are looked for, and by which detectors; risks nobody looks for are named as well. */
function coverage(): string {
  const by = (pick: (meta: DetectorMeta) => readonly string[]): Map<string, string[]> => {
    const out = new Map<string, string[]>();
    for (const { meta } of CATALOGUE)
      for (const id of pick(meta)) out.set(id, [...(out.get(id) ?? []), meta.id]);
    return out;
  };
  const techniques = by((meta) => meta.attack);
  const risks = by((meta) => meta.owasp);
  const row = ([id, name]: readonly [string, string]): string[] => [
    id,
    name,
    risks.get(id)?.sort().join(', ') ?? 'none',
  ];
  return `## Coverage

MITRE ATT&CK v${ATTACK_VERSION}:

${table(
  ['technique', 'name', 'detectors'],
  [...techniques]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, ids]) => [techniqueLink(id), nameOf(id), ids.sort().join(', ')]),
)}
OWASP API Security Top 10 2023 and Non-Human Identities Top 10 2025; \`none\` where no detector looks for the risk:

${table(['risk', 'name', 'detectors'], OWASP_RISKS.map(row))}`;
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

function nameOf(id: string): string {
  const entry = attackOf(id);
  return (entry?.subTechnique ?? entry?.technique)?.name ?? id;
}

const techniqueLink = (id: string): string =>
  `[${id}](https://attack.mitre.org/techniques/${id.replace('.', '/')}/)`;

const list = (items: readonly string[]): string => items.map((item) => `- ${item}\n`).join('');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
