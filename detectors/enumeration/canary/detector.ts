// D16: canaries. Certain by construction: nobody has a reason to touch what was planted.
// Always holds: only what was told to be a canary counts; credentials entitled to read the collection in bulk, and declared
// jobs, touch it once like everything else and do not page.

import type { z } from 'zod';
import { type Context, defineDetector } from '../../detector.ts';
import { REPORTED, worthReporting } from '../../reporting.ts';
import { f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const HEAVY = {
  ...REPORTED,
  touches: u32('planted things touched'),
  since: f64('first touch, ms'),
} as const;
type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY>;

const CERTAIN = Math.log(1e6);

export const canary = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, knowledge, params: p } = context;
    if (knowledge.empty) return null;
    const found = knowledge.canaries(event);
    if (found.length === 0) return null;
    const answered = event.status >= 200 && event.status < 300;
    const first = found[0]!;
    // Before its sixteenth request a credential has no place to count in; the touch alone must do.
    const touches = state === null ? found.length : state.touches + found.length;
    const since = state === null || state.touches === 0 ? event.at : state.since;
    if (state !== null) {
      state.touches = touches;
      state.since = since;
    }
    const entitled = isEntitled(context, first.kind);
    if (!entitled) context.suspect(CERTAIN);
    if (state !== null && !worthReporting(state, event.at, touches)) return null;
    return {
      logE: CERTAIN,
      pages: !entitled && touches >= p.touchFloor && CERTAIN >= p.threshold,
      since,
      claim: `touched a planted ${first.kind}${first.name === '' ? '' : ` (${first.name})`} that nobody has a reason to touch`,
      exposed: {
        records: answered ? event.objects.length : 0,
        bytes: answered ? event.bytes_out : 0,
        events: touches,
      },
      evidence: [
        { feature: `planted ${first.kind}`, observed: touches, expected: 0, unit: 'touches', window: 'ever' },
      ],
      rejected: entitled
        ? []
        : [
            'a bulk job: the credential is not entitled to read everything',
            'a declared test: none is declared for it now',
          ],
      scope: 'credential',
    };
  },
});

function isEntitled({ event, knowledge }: Ctx, kind: string): boolean {
  if (knowledge.job(event) !== null) return true;
  return (
    kind === 'object' &&
    event.objects.some(({ collection }) => knowledge.entitlement(event, collection) !== null)
  );
}
