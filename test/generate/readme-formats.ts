// The README's section with one configuration snippet per format, taken from the formats themselves.

import { FORMATS } from '../../schemas/gateways/catalogue.ts';

const BEGIN = '<!-- formats:begin -->';
const END = '<!-- formats:end -->';

/** The README with its formats section rewritten. */
export function withFormats(readme: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from === -1 || to === -1) throw new Error('README.md has lost its formats:begin or formats:end mark');
  const sections = FORMATS.map(
    (format) => `**${format.title}** (\`${format.name}\`)\n\n\`\`\`\n${format.snippet.trim()}\n\`\`\``,
  );
  return `${readme.slice(0, from)}${BEGIN}\n${sections.join('\n\n')}\n${readme.slice(to)}`;
}
