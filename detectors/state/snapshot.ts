// The state that belongs to no single credential, in the same stored form: peer groups, routes, shared egress, clock.
// Always holds: its rows carry a lineage that starts with U+0001, which no credential has.
// Rows of another layout are translated when it is known, else refused, and the engine learns them anew.

import type { Egress } from '../baseline/egress.ts';
import type { SharedRows } from '../baseline/shared-rows.ts';
import type { StoredClient, Succession } from '../baseline/succession.ts';
import type { StoredBaseline } from '../engine-contract.ts';
import type { Calibration } from '../scoring/calibration.ts';
import type { Forms } from './forms.ts';
import type { Rows } from './rows.ts';
import type { Watermark } from './watermark.ts';

const GROUP = '\u0001group\u0000';
const ROUTE = '\u0001route\u0000';
const CLOCK = '\u0001clock';
const EGRESS = '\u0001egress';
const LAYOUT = 'shared-1';

export interface SharedState {
  readonly shared: SharedRows;
  readonly egress: Egress;
  readonly prefixNames: Map<number, string>;
  readonly succession: Succession;
  readonly watermark: Watermark;
  readonly counters: Record<string, number>;
  readonly calibration: Calibration;
}

/** @param o.changed only the groups and routes that were touched since the last such call */
export function* snapshotState(state: SharedState, o = { changed: false }): Generator<StoredBaseline> {
  const updatedAt = state.watermark.value;
  const { groups, routes, digest } = state.shared;
  yield* rowsOf(groups, o.changed, { mark: GROUP, layout: digest, updatedAt });
  yield* rowsOf(routes, o.changed, { mark: ROUTE, layout: digest, updatedAt });
  yield { tenant: '', lineage: EGRESS, layout: LAYOUT, updatedAt, version: 0, bytes: state.egress.save() };
  const clock = {
    watermark: state.watermark.save(),
    counters: state.counters,
    calibration: state.calibration.save(),
    prefixNames: [...state.prefixNames],
    succession: state.succession.save(),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(clock));
  yield { tenant: '', lineage: CLOCK, layout: LAYOUT, updatedAt, version: 0, bytes };
}

function* rowsOf(
  rows: Rows,
  changed: boolean,
  { mark, layout, updatedAt }: { mark: string; layout: string; updatedAt: number },
): Generator<StoredBaseline> {
  for (const slot of changed ? rows.takeChanged() : rows.table.slots())
    yield {
      tenant: rows.table.scopeOf(slot),
      lineage: mark + rows.table.nameOf(slot),
      layout,
      updatedAt,
      version: 0,
      bytes: rows.save(slot),
    };
}

/** True when the row was one of these and was taken. */
export function restoreState(row: StoredBaseline, state: SharedState, forms: Forms): boolean {
  const { lineage, tenant, bytes } = row;
  for (const [mark, kind, rows] of [
    [GROUP, 'group', state.shared.groups],
    [ROUTE, 'route', state.shared.routes],
  ] as const)
    if (lineage.startsWith(mark)) {
      const own = forms.read(kind, row);
      return own !== null && rows.load(tenant, lineage.slice(mark.length), own) >= 0;
    }
  if (row.layout !== LAYOUT) return false;
  if (lineage === EGRESS) {
    state.egress.load(bytes);
    return true;
  }
  if (lineage !== CLOCK) return false;
  const clock = JSON.parse(new TextDecoder().decode(bytes)) as {
    watermark: number[];
    counters: Record<string, number>;
    prefixNames: [number, string][];
    succession?: StoredClient[];
    calibration?: unknown;
  };
  state.watermark.load(clock.watermark);
  for (const name of Object.keys(state.counters)) state.counters[name] = clock.counters[name] ?? 0;
  for (const [code, name] of clock.prefixNames) state.prefixNames.set(code, name);
  state.succession.load(clock.succession ?? []);
  state.calibration.load(clock.calibration);
  return true;
}
