// Every case of every detector through the real engine: what must page does so in time, what must not stays quiet; and
// raising a floor or threshold never adds a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectorCase } from '../../detectors/cases.ts';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import { tuning } from '../../schemas/tuning.ts';
import { casesOf, parametersOf } from './catalogue-files.ts';
import { findingsOf, type Page, pagesOf } from './run-case.ts';

/** Records returned. What a credential had read before an attack began is not leaked by it again. */
const recordsIn = (events: readonly ApiEvent[]): Set<string> =>
  new Set(events.filter((e) => e.status === 200).flatMap((e) => e.objects.map((o) => o.id)));

/** A finding about what many share counts all calls of the tenant. */
const isAbout = (finding: Finding, event: ApiEvent): boolean =>
  /^(?:route|client|tenant):/.test(finding.lineage) && finding.lineage !== event.credential.lineage
    ? event.tenant === finding.tenant
    : event.credential.lineage === finding.lineage;

for (const detector of CATALOGUE) {
  const { meta } = detector;
  const { id } = meta;
  const cases = await casesOf(meta);
  const neverPages = cases.some(({ expect }) => expect.supports);
  const own = (c: DetectorCase): Page[] =>
    pagesOf(c.events(), { facts: c.facts }).filter(({ finding }) => finding.detector === id);
  /** The detector alone, so that many settings can be tried. */
  const alone = (c: DetectorCase, events: readonly ApiEvent[], parameters = {}): Page[] =>
    pagesOf(events, {
      facts: c.facts,
      tuning: tuning.parse({ detectors: { [id]: parameters } }),
      detectors: [detector],
    });

  for (const c of cases)
    test(`${id} ${c.kind}: ${c.name}`, () => {
      if (neverPages) {
        const found = findingsOf(c.events(), { facts: c.facts });
        assert.equal(
          found.some(({ finding }) => finding.detector === id),
          c.expect.supports === true,
        );
      }
      const pages = own(c);
      if (!c.expect.pages) {
        assert.deepEqual(
          pages.map(({ finding }) => `${finding.lineage} ${finding.claim}`),
          [],
        );
        return;
      }
      const first = pages[0];
      assert.ok(first, 'nothing paged');
      assert.equal(first.finding.family, c.expect.family);
      const {
        from = 0,
        requests = Number.POSITIVE_INFINITY,
        records = Number.POSITIVE_INFINITY,
      } = c.expect.within ?? {};
      const events = c.events();
      const until = events.slice(0, first.index + 1).filter((e) => isAbout(first.finding, e) && e.at >= from);
      assert.ok(first.finding.at >= from, 'paged before the behaviour began');
      assert.ok(until.length <= requests, `paged after ${until.length} requests, ${requests} allowed`);
      const had = recordsIn(events.filter((e) => isAbout(first.finding, e) && e.at < from));
      const leaked = [...recordsIn(until)].filter((record) => !had.has(record)).length;
      assert.ok(leaked <= records, `${leaked} records left, ${records} allowed`);
    });

  const raisable = parametersOf(detector).filter(({ name }) => /[fF]loor$|^threshold$/.test(name));
  test(`${id} raising ${raisable.map(({ name }) => name).join(', ')} never adds pages`, () => {
    assert.ok(raisable.length >= 2);
    for (const c of cases.filter(({ kind }) => kind !== 'quiet').slice(0, 4)) {
      const events = c.events();
      const usual = alone(c, events);
      for (const { name, most, default: value } of raisable) {
        const raised = Math.min(most ?? Number.POSITIVE_INFINITY, 3 * Number(value));
        const pages = alone(c, events, { [name]: raised });
        if (usual.length === 0)
          assert.equal(pages.length, 0, `${name} = ${raised} added a page to: ${c.name}`);
        else
          assert.ok(
            pages.every(({ index }) => index >= usual[0]!.index),
            `${name} = ${raised} paged earlier in: ${c.name}`,
          );
      }
    }
  });
}
