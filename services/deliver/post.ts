// One HTTP POST of a delivery: bounded in time and in what it reads back.
// Always holds: redirects are not followed, each call opens its own connection to a checked address, and at most
// MAX_RESPONSE bytes of the answer are read; none of it is kept, because receivers echo what they were sent.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { assertPublicHost, publicLookup } from './address.ts';

const MAX_RESPONSE = 64 * 1024;

export interface Answer {
  status: number;
  /** Value of the Retry-After header, if any. */
  retryAfter: string | null;
}

export interface PostOptions {
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  allowPrivate: boolean;
}

/** Rejects with RefusedTargetError, a system error (`ECONNREFUSED`, `ENOTFOUND` …) or a TimeoutError. */
export async function post(o: PostOptions): Promise<Answer> {
  const url = new URL(o.url);
  if (!o.allowPrivate) assertPublicHost(url);
  const body = Buffer.from(o.body);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const deadline = AbortSignal.timeout(o.timeoutMs);
  return new Promise<Answer>((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        agent: false,
        signal: deadline,
        headers: { ...o.headers, 'content-length': String(body.length) },
        ...(o.allowPrivate ? {} : { lookup: publicLookup }),
      },
      (response) => finish(response, resolve),
    );
    call.on('error', (error) => reject(deadline.aborted ? deadline.reason : error));
    call.end(body);
  });
}

/** The status line is the answer; the rest is read up to the bound so that the receiver can finish, then we hang up. */
function finish(response: IncomingMessage, resolve: (answer: Answer) => void): void {
  const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null };
  let read = 0;
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > MAX_RESPONSE) response.destroy();
  });
  response.on('error', () => resolve(answer));
  response.on('close', () => resolve(answer));
}
