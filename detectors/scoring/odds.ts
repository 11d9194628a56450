// Says in words how rarely a credential's ordinary traffic would produce this much evidence by chance.
// Always holds: the period is a lower bound. An alarm at e-value E has an average run length of at least E
// observations when nothing is wrong (Shin, Ramdas and Rinaldo 2022), so at n calls a day it comes at most once in E/n days.
// Does not promise that the model behind E is right, hence the cap: nothing is called rarer than once in 1,000 years.

const DAYS_A_YEAR = 365.25;
const LONGEST_YEARS = 1000;

/**
 * @param logE ln of the combined e-value
 * @param perDay calls on an ordinary day; at least 1 is assumed
 * @param whose `this credential`, or what many share
 */
export function oddsInWords(logE: number, perDay: number, whose = 'this credential'): string {
  const days = Math.exp(Math.min(logE, 50)) / Math.max(perDay, 1);
  const years = days / DAYS_A_YEAR;
  const of = `of ${whose}'s traffic`;
  if (years > LONGEST_YEARS) return `expected less than once in 1,000 years ${of}`;
  if (years >= 2) return `expected at most once in ${grouped(years)} years ${of}`;
  if (days >= 60) return `expected at most once in ${grouped(days / 30.4)} months ${of}`;
  if (days >= 2) return `expected at most once in ${grouped(days)} days ${of}`;
  return `expected about once a day ${of}`;
}

/** A number rounded down, with thousands separated by commas. */
function grouped(value: number): string {
  return String(Math.floor(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
