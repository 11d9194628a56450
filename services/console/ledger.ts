// The exposure ledger as a file: one JSON object a line, or CSV by RFC 4180.
// Always holds: a cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection).

import type { LedgerRow } from '../store/ledger.ts';

const COLUMNS = ['collection', 'id', 'lineage', 'first_at', 'last_at', 'requests', 'request_id'] as const;

export function ledgerNdjson(rows: readonly LedgerRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

export function ledgerCsv(rows: readonly LedgerRow[]): string {
  const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\r\n`;
  return line(COLUMNS) + rows.map((row) => line(COLUMNS.map((name) => row[name]))).join('');
}

function cell(value: unknown): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
