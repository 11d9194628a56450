// Every detector, in the order they judge.
// Always holds: ids are unique. Does not promise an order by importance.

import { anonymousAccess } from './anonymous/anonymous-access/detector.ts';
import { credentialStuffing } from './authentication/credential-stuffing/detector.ts';
import { repeatedFailures } from './authentication/repeated-failures/detector.ts';
import { successAfterFailures } from './authentication/success-after-failures/detector.ts';
import { agenticChain } from './automation/agentic-chain/detector.ts';
import { humanOrMachine } from './automation/human-or-machine/detector.ts';
import { destructiveShift } from './destruction/destructive-shift/detector.ts';
import type { Detector } from './detector.ts';
import { canary } from './enumeration/canary/detector.ts';
import { firstTouch } from './enumeration/first-touch/detector.ts';
import { foreignObjects } from './enumeration/foreign-objects/detector.ts';
import { guessingMisses } from './enumeration/guessing-misses/detector.ts';
import { identifierLookup } from './enumeration/identifier-lookup/detector.ts';
import { identityConfusion } from './enumeration/identity-confusion/detector.ts';
import { novelObjects } from './enumeration/novel-objects/detector.ts';
import { pathProbing } from './enumeration/path-probing/detector.ts';
import { sequentialWalk } from './enumeration/sequential-walk/detector.ts';
import { slowEnumeration } from './enumeration/slow-enumeration/detector.ts';
import { excessExposure } from './exposure/excess-exposure/detector.ts';
import { atypicalOnboarding } from './lifecycle/atypical-onboarding/detector.ts';
import { dormantWakes } from './lifecycle/dormant-wakes/detector.ts';
import { endedCredential } from './lifecycle/ended-credential/detector.ts';
import { deniedThenAllowed } from './privilege/denied-then-allowed/detector.ts';
import { firstPrivileged } from './privilege/first-privileged/detector.ts';
import { firstUseLock } from './replay/first-use-lock/detector.ts';
import { senderConstraint } from './replay/sender-constraint/detector.ts';
import { sharedSecret } from './replay/shared-secret/detector.ts';
import { twoPlaces } from './replay/two-places/detector.ts';
import { unfamiliarSource } from './replay/unfamiliar-source/detector.ts';
import { unusualHour } from './replay/unusual-hour/detector.ts';
import { flatCollection } from './scraping/flat-collection/detector.ts';
import { paginationWalk } from './scraping/pagination-walk/detector.ts';
import { queryDrift } from './scraping/query-drift/detector.ts';
import { dataVolume } from './volume/data-volume/detector.ts';

/** The engine hands each detector views of exactly the state and parameters it declares, so the types meet there. */
export const CATALOGUE = [
  unfamiliarSource,
  twoPlaces,
  unusualHour,
  firstUseLock,
  senderConstraint,
  sharedSecret,
  endedCredential,
  dormantWakes,
  atypicalOnboarding,
  novelObjects,
  sequentialWalk,
  guessingMisses,
  pathProbing,
  foreignObjects,
  identifierLookup,
  firstTouch,
  canary,
  slowEnumeration,
  identityConfusion,
  repeatedFailures,
  credentialStuffing,
  successAfterFailures,
  anonymousAccess,
  paginationWalk,
  flatCollection,
  queryDrift,
  firstPrivileged,
  deniedThenAllowed,
  agenticChain,
  humanOrMachine,
  dataVolume,
  excessExposure,
  destructiveShift,
] as unknown as readonly Detector[];
