// D11: whose are the objects this credential reads, and when it is its work to read what is not its own, does it work on them?
// Always holds: only answers count. Two questions, judged apart: objects that belong to others (foreign.ts), and records that are
// opened and left alone, by one (copying.ts) or by a desk together (together.ts).

import { defineDetector } from '../../detector.ts';
import { judgeCopying } from './copying.ts';
import { judgeForeign, learnHome } from './foreign.ts';
import { createAffinity } from './memory.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { HEAVY, isAnswered, namesObject, ROUTE } from './state.ts';
import { judgeDesk } from './together.ts';

export const foreignObjects = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  memory: createAffinity,
  detect(context) {
    if (context.heavy === null || context.event.credential.weak) return null;
    const copying = judgeCopying(context);
    if (!namesObject(context) || !isAnswered(context)) return copying;
    return judgeForeign(context) ?? copying;
  },
  watch: judgeDesk,
  learn(context) {
    if (!namesObject(context) || context.event.credential.weak || !isAnswered(context)) return;
    learnHome(context);
  },
});
