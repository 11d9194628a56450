// What every detector must have: a folder, a README with the agreed sections, cases of every kind, explained parameters and
// well-formed ids. Says which detector lacks what.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { StateFields } from '../../detectors/state/fields.ts';
import { ATTACK_VERSION, attackOf } from '../../schemas/siem/attack.ts';
import { OWASP_RISKS } from '../../schemas/siem/owasp.ts';
import { casesOf, detectorFolders, folderOf, parametersOf, readFile } from './catalogue-files.ts';

const FILES = ['detector.ts', 'meta.ts', 'params.ts', 'cases.ts', 'README.md'];
const KINDS = ['fires', 'quiet', 'cold start', 'boundary'] as const;
const SECTIONS = [
  'What it sees',
  'How',
  'What it misses',
  'False positives',
  'Tuning',
  'Runbook',
  'Measured',
] as const;
const RISKS: ReadonlySet<string> = new Set(OWASP_RISKS.map(([id]) => id));
const TECHNIQUE = /^T\d{4}(\.\d{3})?$/;
const OWASP = /^(API([1-9]|10):2023|NHI([1-9]|10):2025)$/;

const WIDTHS = { f64: 8, f32: 4, u32: 4, u16: 2, u8: 1 } as const;
const bytesOf = (fields: StateFields): number =>
  Object.values(fields).reduce((sum, { type, length }) => sum + WIDTHS[type] * length, 0);

/** Heading → text of the section. */
function sectionsOf(readme: string): Map<string, string> {
  return new Map(
    readme
      .split(/^## /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end).trim(), part.slice(end + 1).trim()];
      }),
  );
}

test('ids and names are unique, and every detector folder is in the catalogue', () => {
  const ids = CATALOGUE.map(({ meta }) => meta.id);
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.deepEqual(detectorFolders(), CATALOGUE.map(({ meta }) => folderOf(meta)).sort());
});

for (const detector of CATALOGUE) {
  const { meta } = detector;

  test(`${meta.id} has its folder and metadata`, () => {
    for (const file of FILES)
      assert.ok(existsSync(`${folderOf(meta)}/${file}`), `${folderOf(meta)}/${file} is missing`);
    assert.match(meta.id, /^D\d{2}$/);
    assert.match(meta.name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(meta.behaviour, /^[A-Z][^.]+\.$/, 'behaviour is one sentence');
    for (const [name, ids, form] of [
      ['attack', meta.attack, TECHNIQUE],
      ['owasp', meta.owasp, OWASP],
    ] as const) {
      assert.ok(ids.length > 0, `${name} is empty`);
      assert.deepEqual(ids, [...new Set(ids)], `${name} repeats an id`);
      for (const id of ids) assert.match(id, form);
    }
    for (const id of meta.attack)
      assert.ok(
        attackOf(id),
        `${id} is no technique of ATT&CK v${ATTACK_VERSION} as schemas/siem/attack.ts has it`,
      );
    for (const id of meta.owasp) assert.ok(RISKS.has(id), `${id} is no risk of OWASP's lists`);
    for (const name of ['blindSpots', 'falsePositives', 'runbook'] as const) {
      assert.ok(meta[name].length > 0, `${name} is empty`);
      for (const text of meta[name]) assert.match(text, /^[A-Z].*[.?]$/s, `${name}: ${text}`);
    }
    assert.ok(meta.response.length > 0 && meta.response.every((r) => r.action !== '' && r.effect !== ''));
  });

  test(`${meta.id} explains every parameter`, () => {
    const parameters = parametersOf(detector);
    assert.ok(parameters.length > 0);
    for (const p of parameters) {
      assert.ok(p.unit !== '' && p.effect.length >= 20, `${p.name} lacks a unit or an effect`);
      if (typeof p.default === 'boolean') continue;
      assert.ok(p.least !== null && p.most !== null, `${p.name} lacks a range`);
      assert.ok(p.least <= p.default && p.default <= p.most, `${p.name}: the default is outside its range`);
      assert.match(p.effect, /\b(higher|lower): /, `${p.name}: the effect does not say which way to move it`);
    }
  });

  test(`${meta.id} has cases of every kind`, async () => {
    const cases = await casesOf(meta);
    for (const kind of KINDS)
      assert.ok(
        cases.some((c) => c.kind === kind),
        `no case of the kind "${kind}"`,
      );
    const names = cases.map((c) => c.name);
    assert.deepEqual(names, [...new Set(names)], 'two cases have one name');
    for (const c of cases) {
      assert.equal(c.expect.family, meta.family, c.name);
      if (c.kind === 'fires') assert.ok(c.expect.pages || c.expect.supports, c.name);
      if (c.kind === 'quiet' || c.kind === 'boundary') assert.ok(!c.expect.pages, c.name);
      if (c.expect.pages) assert.ok(c.expect.within, `${c.name} does not say how soon`);
    }
  });

  test(`${meta.id} has a README with every section, and what it names exists`, async () => {
    const readme = readFile(meta, 'README.md');
    assert.ok(readme.startsWith(`# ${meta.id} ${meta.title}\n`), 'the heading is not id and title');
    const sections = sectionsOf(readme);
    assert.deepEqual([...sections.keys()], SECTIONS);
    for (const [name, text] of sections) assert.ok(text.length >= 80, `${name} says next to nothing`);
    const lines = readme.trimEnd().split('\n').length;
    assert.ok(lines >= 30 && lines <= 90, `${lines} lines`);
    const parameters = parametersOf(detector).map(({ name }) => name);
    const named = [...sections.get('Tuning')!.matchAll(/`([A-Za-z]+)`/g)].map(([, name]) => name!);
    assert.deepEqual(
      [...new Set(named)].filter((name) => !parameters.includes(name)),
      [],
      'Tuning names parameters that do not exist',
    );
    assert.deepEqual(
      parameters.filter((name) => !named.includes(name)),
      [],
      'Tuning leaves out parameters',
    );
    const [, stated] = /(\d+) bytes per busy credential/.exec(readme) ?? [];
    if (stated !== undefined) assert.equal(Number(stated), bytesOf(detector.heavy), 'State says other bytes');
    const measured = sections.get('Measured')!;
    assert.ok(measured.includes('npm test -- cases'), 'Measured lacks its command');
    const listed = [...measured.matchAll(/^- (fires|quiet|cold start|boundary): (.+)$/gm)];
    assert.deepEqual(
      listed.map(([, kind, name]) => `${kind}: ${name}`).sort(),
      (await casesOf(meta)).map((c) => `${c.kind}: ${c.name}`).sort(),
      'Measured does not list the cases as they are',
    );
  });
}
