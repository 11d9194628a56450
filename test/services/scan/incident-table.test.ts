// The incident table: nothing is cut off or lost at any width, no line is wider than the terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incidentTable } from '../../../services/scan/incident-table.ts';
import { printable } from '../../../services/scan/printable.ts';
import { arbitraryIncident } from '../../arbitrary/incident.ts';

/** Text without what wrapping changes: white space. */
const solid = (text: string): string => text.replace(/\s/g, '');

test('property: every incident is there, uncut and within the width, in columns and in blocks', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryIncident, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 60, max: 240 }),
      (incidents, columns) => {
        const text = incidentTable(incidents, { columns, colour: false });
        for (const line of text.split('\n'))
          assert.ok([...line].length <= columns, `wider than ${columns}: ${line}`);
        assert.ok(!text.includes('…'), 'cut off');
        const inColumns = text.startsWith('┌');
        for (const { severity, summary, credential, exposed } of incidents) {
          assert.ok(text.includes(severity));
          assert.ok(text.includes(exposed.records.toLocaleString('en')));
          if (!inColumns)
            for (const part of [summary, credential.display])
              assert.ok(solid(text).includes(solid(printable(part))), part);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('columns where they fit, blocks where they do not', () => {
  const [incident] = fc.sample(arbitraryIncident, { numRuns: 1, seed: 1 });
  assert.match(incidentTable([incident!], { columns: 120, colour: false }), /^┌/);
  assert.doesNotMatch(incidentTable([incident!], { columns: 100, colour: false }), /[┌│]/);
});
