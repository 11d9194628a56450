// The daily health check: says in the log which detectors show more evidence on ordinary days than true e-values can.

import type { DetectorHealth } from '../../detectors/scoring/calibration.ts';
import type { Logger } from '../logger.ts';

export function reportHealth(health: readonly DetectorHealth[], logger: Pick<Logger, 'info' | 'warn'>): void {
  const wrong = health.filter(({ calibrated }) => calibrated === false);
  for (const { detector, credentialDays, reached } of wrong)
    logger.warn(
      { detector, credentialDays, e10: reached[0], e100: reached[1], e1000: reached[2] },
      'the detector is mis-calibrated or many credentials misbehave: its evidence is stronger than chance allows; see docs/operations.md',
    );
  logger.info({ detectors: health.length, misCalibrated: wrong.length }, 'health of detectors checked');
}
