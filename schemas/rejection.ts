// Why a line of input was refused: a closed list, each reason a counter and a dead-letter field.
// Always holds: lines read = events + rejections. The excerpt has its secrets masked.

import { z } from 'zod';

export const REJECTION_REASONS = {
  empty: 'the line is blank',
  'too-long': 'the line is longer than the limit (1 MiB)',
  binary: 'the line holds NUL or other control bytes',
  'invalid-utf8': 'the line is not valid UTF-8',
  'invalid-json': 'the line is not valid JSON',
  'too-deep': 'the JSON is nested deeper than 32 levels',
  'duplicate-key': 'a JSON object has the same key twice, so its meaning is ambiguous',
  'unsafe-key': 'a JSON object has a key such as __proto__',
  'wrong-shape': 'the line does not have the shape of the chosen format',
  'missing-field': 'a field that every event needs is missing',
  'bad-time': 'the time is missing, malformed or impossible',
  'bad-status': 'the status is not an HTTP status code',
  'bad-request-line': 'method or request target cannot be read',
  'bad-address': 'the client address is not an IP address',
  'not-http': 'the record describes something other than an API call',
  truncated: 'the compressed stream ends early or is corrupt',
} as const;
export type RejectionReason = keyof typeof REJECTION_REASONS;
const rejectionReason = z.enum(Object.keys(REJECTION_REASONS) as [RejectionReason, ...RejectionReason[]]);

/** One refused line, as dead-lettered. */
export const rejection = z.strictObject({
  reason: rejectionReason,
  /** What was wrong and what is allowed, in words; never quotes input. */
  detail: z.string(),
  format: z.string(),
  /** Where it stood: `file.log:17`, `topic/3@42`, `http:…`. */
  position: z.string(),
  /** Up to 512 characters of the line, secrets masked. */
  excerpt: z.string(),
});
export type Rejection = z.infer<typeof rejection>;
