// What of a line may be remembered: nothing that has a secret's shape or looks generated.
// Does not promise: to know a secret that looks like a name.

import { looksRandom } from '../identify/random.ts';
import { maskText } from '../mask/mask.ts';

/** Of a text with blanks, such as a user agent, changes between upper and lower case say nothing. */
export function mayBeSecret(value: string): boolean {
  return (looksRandom(value) && !value.includes(' ')) || maskText(value) !== value;
}
