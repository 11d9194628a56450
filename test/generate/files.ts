// Every generated file of the repository with the content it must have. `npm run gen` writes them; generated.test.ts
// fails when one differs, so that docs, example and dashboards can never drift from the code.

import { readFileSync } from 'node:fs';
import { buildDashboards } from '../../dashboards/grafana/generate.ts';
import { detectorsPage } from './detectors-page.ts';
import { exampleConfig } from './example-config.ts';
import { incidentPicture } from './incident-picture.ts';
import { withFormats } from './readme-formats.ts';

/** Path from the project's root → content. Reads the bundled sample for the picture: takes some seconds. */
export async function generatedFiles(): Promise<Map<string, string>> {
  return new Map([
    ['keytrail.example.yaml', exampleConfig()],
    ['README.md', withFormats(readFileSync('README.md', 'utf8'))],
    ['docs/detectors.md', detectorsPage()],
    ['docs/pictures/incidents.svg', await incidentPicture()],
    ...Object.entries(buildDashboards()).map(([name, dashboard]): [string, string] => [
      `dashboards/grafana/dashboards/${name}`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  ]);
}
