// docs/scale.md computes: its results follow from its formulas and figures, and every figure names a command that is there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

/** What results may be rounded by. */
const ROUNDING = 0.01;

/** Rows that begin with a symbol in code: symbol, what it is, formula or origin, value. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => /^\| `\w+` /.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const numberOf = (cell: string): number => Number(cell.replaceAll(',', ''));
const symbolOf = (cell: string): string => cell.replaceAll('`', '');

const page = readFileSync('docs/scale.md', 'utf8');

function section(title: string): string {
  const [, text = ''] = page.split(`\n## ${title}\n`);
  return text.split('\n## ')[0] ?? '';
}

test('results of scale.md follow from its formulas and figures', () => {
  const known: Record<string, unknown> = { ceil: Math.ceil, max: Math.max };
  for (const [symbol = '', , value = ''] of rows(section('Chosen') + section('Measured')))
    known[symbolOf(symbol)] = numberOf(value);
  const derived = rows(section('What follows'));
  assert.ok(derived.length > 15);
  for (const [symbol = '', , formula = '', shown = ''] of derived) {
    const value: unknown = runInNewContext(symbolOf(formula), known);
    assert.equal(typeof value, 'number', symbol);
    const off = Math.abs(numberOf(shown) - Number(value)) / Number(value);
    assert.ok(off <= ROUNDING, `${symbol}: ${formula} is ${value}, not ${shown}`);
    known[symbolOf(symbol)] = value;
  }
});

test('every figure that scale.md starts from names a command of the project', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const figures = rows(section('Measured'));
  assert.ok(figures.length > 10);
  for (const [symbol, , , command = ''] of figures) {
    const name = /`npm run ([\w:]+)/.exec(command)?.[1];
    assert.ok(name !== undefined && name in scripts, `${symbol}: ${command}`);
  }
});
