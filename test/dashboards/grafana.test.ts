// Every panel's SQL runs as it is; that the files are the generated ones is checked with all generated files.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { buildDashboards } from '../../dashboards/grafana/generate.ts';
import { createStore, type Store } from '../../services/store/store.ts';
import { openTestStore, type TestStore } from '../services/store/fixtures.ts';
import { substituted } from './substituted.ts';
import { BURST, fillStore, WANDERER } from './traffic.ts';

const FOLDER = 'dashboards/grafana/dashboards';

interface Target {
  rawSql: string;
  queryType: string;
}
interface Model {
  title: string;
  panels: { title: string; type: string; datasource: { uid: string; type: string }; targets: Target[] }[];
  templating: { list: { name: string; definition: string }[] };
}

let t: TestStore;
let analyst: Store;
before(async () => {
  t = await openTestStore();
  await fillStore(t.store);
  analyst = createStore({ ...t.server, ...t.server.analyst });
});
after(async () => {
  await analyst.close();
  await t.close();
});

/** A week around the burst. */
const WEEK = { from: BURST - 6.5 * 86_400_000, to: BURST + 0.5 * 86_400_000, lineage: WANDERER };

const dashboards = buildDashboards() as Record<string, Model>;

test('every committed dashboard is a generated one', () => {
  assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(dashboards).sort());
});

test('every panel asks the provisioned data source, as the analyst whose password is in the environment', () => {
  const provisioned = parse(
    readFileSync('dashboards/grafana/provisioning/datasources/keytrail.yaml', 'utf8'),
  );
  const [source] = provisioned.datasources;
  for (const model of Object.values(dashboards))
    for (const panel of model.panels)
      assert.deepEqual(panel.datasource, { type: source.type, uid: source.uid });
  assert.equal(source.jsonData.username, '$KEYTRAIL_ANALYST_USER');
  assert.deepEqual(source.secureJsonData, { password: '$KEYTRAIL_ANALYST_PASSWORD' });
});

for (const model of Object.values(dashboards)) {
  for (const panel of model.panels)
    test(`${model.title}: ${panel.title}`, async () => {
      for (const target of panel.targets) {
        const sql = substituted(target.rawSql, WEEK);
        assert.doesNotMatch(sql, /\$/, 'a macro or variable was left in place');
        const rows = await analyst.query<Record<string, unknown>>(sql);
        assert.ok(rows.length > 0, 'no rows');
        if (target.queryType === 'timeseries') {
          const hours = rows.map((row) => String(row.hour));
          assert.deepEqual(hours, hours.toSorted(), 'a time series comes in order of time');
        }
      }
    });
  for (const variable of model.templating.list)
    test(`${model.title}: choice of ${variable.name}`, async () => {
      const rows = await analyst.query<{ lineage: string }>(variable.definition);
      assert.equal(rows[0]?.lineage, WANDERER);
    });
}

test('the dashboard of one credential shows that credential only', async () => {
  const panel = dashboards['keytrail-credential.json']?.panels.find((each) =>
    each.title.startsWith('Distinct'),
  );
  const rows = await analyst.query<{ lineage: string }>(substituted(panel?.targets[0]?.rawSql ?? '', WEEK));
  assert.deepEqual(new Set(rows.map((row) => row.lineage)), new Set([WANDERER]));
});
