// Draws terminal output as an SVG picture: fixed cells, the few ANSI colours the CLI uses, dark window. Deterministic.

const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const BAR = 30;
const COLOURS: Record<string, string> = {
  '31': '#ff7b72',
  '33': '#e3b341',
  '36': '#79c0ff',
  '2': '#8b949e',
  '1': '#f0f6fc',
};

interface Style {
  colour: string;
  bold: boolean;
}

const PLAIN: Style = { colour: '#c9d1d9', bold: false };

export function terminalPicture(text: string, title: string): string {
  const lines = text.replace(/\n+$/, '').split('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one.
  const columns = Math.max(...lines.map((line) => [...line.replace(/\u001b\[[\d;]*m/g, '')].length));
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(lines.length * CELL.height + BAR + 2 * MARGIN);
  const body = lines
    .map((line, row) => lineOf(line, (BAR + MARGIN + (row + 0.75) * CELL.height).toFixed(1)))
    .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
<g fill="#30363d"><circle cx="20" cy="16" r="6"/><circle cx="40" cy="16" r="6"/><circle cx="60" cy="16" r="6"/></g>
<text x="${width / 2}" y="20" fill="#8b949e" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12" text-anchor="middle">${escaped(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${body}
</g>
</svg>
`;
}

function lineOf(line: string, y: string): string {
  const spans: string[] = [];
  let column = 0;
  let style = PLAIN;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one.
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b[')) style = styleOf(part.slice(2, -1));
    else {
      // One element a word: viewers disagree about white space within a text.
      for (const word of part.matchAll(/\S+/g))
        spans.push(wordOf(word[0], { x: column + cells(part.slice(0, word.index)), y, style }));
      column += cells(part);
    }
  }
  return spans.join('');
}

const cells = (text: string): number => [...text].length;

function wordOf(word: string, { x, y, style }: { x: number; y: string; style: Style }): string {
  const left = (MARGIN + x * CELL.width).toFixed(1);
  const width = (cells(word) * CELL.width).toFixed(1);
  const bold = style.bold ? ' font-weight="bold"' : '';
  return `<text x="${left}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${style.colour}"${bold}>${escaped(word)}</text>`;
}

function styleOf(codes: string): Style {
  const list = codes.split(';');
  if (list.includes('0')) return PLAIN;
  const colour =
    list
      .map((code) => COLOURS[code])
      .filter((value) => value !== undefined)
      .at(-1) ?? PLAIN.colour;
  return { colour, bold: list.includes('1') };
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
