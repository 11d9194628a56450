// The body of a request as plain bytes: checks the content type, undoes gzip within a bound.
// Always holds: never inflates to more than the limit; every refusal is a RequestError with a status and what is allowed.

import { gunzip } from 'node:zlib';

/** A refusal of a request, with its HTTP status. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'text/plain',
  'application/octet-stream',
  'application/gzip',
  'application/yaml',
  'application/secevent+jwt',
  // What `curl --data-binary` says of any file. Web pages can send it too, but they are refused by their Origin header.
  'application/x-www-form-urlencoded',
];

export function checkContentType(header: string | undefined): void {
  const type = (header ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === '' || TYPES.includes(type)) return;
  throw new RequestError(
    415,
    `Content-Type ${JSON.stringify(type.slice(0, 80))} is not accepted; send one of ${TYPES.join(', ')}, or none`,
  );
}

/** Inflates when the encoding, or the first two bytes, say gzip. */
export async function plainBody(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name !== 'identity' && name !== 'gzip' && name !== 'x-gzip')
    throw new RequestError(
      415,
      `Content-Encoding ${JSON.stringify(name.slice(0, 80))} is not accepted; send gzip or identity`,
    );
  if (name === 'identity' && !(body[0] === 0x1f && body[1] === 0x8b)) return body;
  return await new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: limit }, (error: NodeJS.ErrnoException | null, bytes) => {
      if (error === null) resolve(bytes);
      else if (error.code === 'ERR_BUFFER_TOO_LARGE')
        reject(new RequestError(413, `the body inflates to more than ${limit} bytes, the most allowed`));
      else reject(new RequestError(400, 'the body is not valid gzip, or it ends early'));
    });
  });
}
