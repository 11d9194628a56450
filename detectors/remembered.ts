// Remembers what a pure function says of texts that come again and again, such as routes and query shapes.
// Always holds: the answer is that of the function. Bounded: at MOST texts all are forgotten.

const MOST = 4096;

export function remembered<T>(of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = of(text);
      if (known.size >= MOST) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
