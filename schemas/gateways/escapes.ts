// Undoes what nginx (escape=default) and Apache do to quotes, backslashes and bytes in logged values.
// Always holds: the result has no more characters than the input; linear time.
// Does not promise: binary. Escaped bytes that are not printable UTF-8 text stay escaped.

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  n: '\n',
  r: '\r',
  t: '\t',
};
const ENTRY = /(?:\\x[0-9a-fA-F]{2})+|\\["\\/nrt]/g;

/** `\x22`, `\"` and `\\` become what the client sent; `\xC3\xA9` becomes `é`; `\x16\x03` stays. */
export function unescapeValue(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ENTRY, (run) => {
    if (run[1] !== 'x') return SIMPLE[run[1] as string] ?? run;
    return decodeRun(run);
  });
}

function decodeRun(run: string): string {
  let percent = '';
  for (let i = 0; i < run.length; i += 4) {
    const byte = run.slice(i + 2, i + 4);
    const code = Number.parseInt(byte, 16);
    if (code < 32 || code === 127) return run;
    percent += `%${byte}`;
  }
  try {
    return decodeURIComponent(percent);
  } catch {
    return run;
  }
}
