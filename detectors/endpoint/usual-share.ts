// The usual share of an outcome on an endpoint, by hour of the day on weekdays and weekends, from complete unsuspicious hours.
// Always holds: an hour with little traffic weighs little; cells with little history are filled up from the whole day's, and so
// is how much the share scatters from hour to hour. Does not promise anything before `hours` are learned.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CELLS = 48;
/** Hours after which old ones fade. */
const MEMORY = 12;
const PRIOR = 3;

/** Sums over hours: number of hours, share, share squared, outcomes a day. */
type Sums = [hours: number, mean: number, square: number, volume: number];

export class UsualShare {
  cells: Sums[] = Array.from({ length: CELLS }, () => [0, 0, 0, 0]);
  all: Sums = [0, 0, 0, 0];
  hour = 0;
  n = 0;
  k = 0;
  tainted = false;

  /** Ends the hour when the event lies beyond it. */
  advance(at: number): void {
    const hour = Math.floor(at / HOUR);
    if (hour <= this.hour) return;
    if (this.n > 0 && !this.tainted) {
      const share = this.k / this.n;
      // A handful of requests says little about the share.
      const weight = Math.min(1, this.n / 20);
      learn(this.cells[cellOf(this.hour * HOUR)]!, share, weight, this.k, MEMORY);
      learn(this.all, share, weight, this.k, MEMORY * 24);
    }
    this.hour = hour;
    this.n = this.k = 0;
    this.tainted = false;
  }

  count(outcome: boolean): void {
    this.n++;
    if (outcome) this.k++;
  }

  /** Complete hours learned. */
  get hours(): number {
    return this.all[0];
  }

  /** What is usual at this hour. */
  mean(at: number): number {
    const [n, mean] = this.cells[cellOf(at)]!;
    return (n * mean + PRIOR * this.all[1]) / (n + PRIOR);
  }

  /** Upper end of what is usual at this hour: mean and twice its scatter. */
  upper(at: number): number {
    const [n, mean, square] = this.cells[cellOf(at)]!;
    const whole = spread(this.all[1], this.all[2]);
    const w = n / (n + PRIOR);
    const here = w * mean + (1 - w) * this.all[1];
    const scatter = Math.sqrt(w * spread(mean, square) + (1 - w) * whole);
    return here * 1.15 + 2 * scatter + 0.01;
  }

  /** Outcomes on a usual day. */
  get perDay(): number {
    return this.all[0] === 0 ? 0 : this.all[3] * 24;
  }
}

function learn(sums: Sums, share: number, weight: number, k: number, memory: number): void {
  sums[0] += weight;
  const step = weight / Math.min(sums[0], memory);
  sums[1] += step * (share - sums[1]);
  sums[2] += step * (share * share - sums[2]);
  sums[3] += (k - sums[3]) / Math.min(sums[0] + 1, memory);
}

const spread = (mean: number, square: number): number => Math.max(0, square - mean * mean);

function cellOf(at: number): number {
  const weekday = new Date(at).getUTCDay();
  const hour = Math.floor((at % DAY) / HOUR);
  return hour + (weekday === 0 || weekday === 6 ? 24 : 0);
}
