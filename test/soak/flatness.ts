// Whether memory is flat, from samples of it: the slope of a straight line through the second half of the run, with the bounds that
// 19 of 20 such lines would keep.
// Always holds: samples that follow one another are alike (garbage is collected in waves), so the line goes through the means of
// twenty stretches, and its bounds are those of these. Does not promise to see growth slower than its bounds are wide.

export interface Sample {
  /** Since the start. */
  seconds: number;
  /** Resident. */
  bytes: number;
}

export interface Flatness {
  /** Mean of the second half, bytes. */
  mean: number;
  /** Bytes a minute, and within which bounds. */
  slope: number;
  low: number;
  high: number;
  verdict: 'flat' | 'grows' | 'unclear';
}

const STRETCHES = 20;
/** Student's t for 18 degrees of freedom, 95 %, both sides. */
const T = 2.101;
/** Of the mean in an hour: less growth than this is called flat, and bounds wider than this are too wide to tell. */
const HOURLY = 0.1;

/** Null with fewer samples in the second half than stretches. */
export function flatness(samples: readonly Sample[]): Flatness | null {
  const end = samples.at(-1)?.seconds ?? 0;
  const half = samples.filter(({ seconds }) => seconds >= end / 2);
  if (half.length < STRETCHES) return null;
  const means = Array.from({ length: STRETCHES }, (_, i) => {
    const part = half.slice((i * half.length) / STRETCHES, ((i + 1) * half.length) / STRETCHES);
    return { x: mean(part.map(({ seconds }) => seconds / 60)), y: mean(part.map(({ bytes }) => bytes)) };
  });
  const [x, y] = [mean(means.map((m) => m.x)), mean(means.map((m) => m.y))];
  const spread = sum(means.map((m) => (m.x - x) ** 2));
  const slope = sum(means.map((m) => (m.x - x) * (m.y - y))) / spread;
  const residual = sum(means.map((m) => (m.y - y - slope * (m.x - x)) ** 2));
  const bound = T * Math.sqrt(residual / (STRETCHES - 2) / spread);
  const [low, high] = [slope - bound, slope + bound];
  return { mean: y, slope, low, high, verdict: verdictOf(low * 60, high * 60, y * HOURLY) };
}

/** All in bytes an hour. */
function verdictOf(low: number, high: number, allowed: number): Flatness['verdict'] {
  if (high <= allowed) return 'flat';
  return low > 0 ? 'grows' : 'unclear';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}
