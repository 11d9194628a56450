// Request headers, cookies and client certificates as gateways log them, put where identity looks for them.
// Always holds: nothing is overwritten by something less direct; work per header is bounded.
// Does not promise: trust. X-Forwarded-For and forwarded certificates are what the request said.

import type { GatewayRecord } from './gateway-record.ts';

/** Splits a Cookie header into the record's cookies; first value of a name wins, quotes are taken off. */
export function addCookies(record: GatewayRecord, header: string): void {
  let from = 0;
  for (let n = 0; n < 128 && from < header.length; n++) {
    const semicolon = header.indexOf(';', from);
    const end = semicolon < 0 ? header.length : semicolon;
    const equals = header.indexOf('=', from);
    if (equals > from && equals < end) {
      const name = header.slice(from, equals).trim();
      const value = header.slice(equals + 1, end).trim();
      if (name !== '' && record.cookies[name] === undefined)
        record.cookies[name] = value.replace(/^"(.*)"$/, '$1');
    }
    from = end + 1;
  }
}

/** Stores a request header and everything that follows from it. Does not overwrite what is more direct. */
export function addHeader(record: GatewayRecord, rawName: string, value: string): void {
  const name = rawName.toLowerCase();
  record.headers[name] = value;
  switch (name) {
    case 'cookie':
      addCookies(record, value);
      break;
    case 'user-agent':
      record.userAgent ??= value;
      break;
    case 'x-forwarded-for':
      record.forwardedFor ??= value;
      break;
    case 'host':
    case ':authority':
      record.host ??= value;
      break;
    case 'x-request-id':
    case 'x-correlation-id':
    case 'x-amzn-trace-id':
    case 'kong-request-id':
      record.requestId ??= value;
      break;
    case 'x-forwarded-client-cert':
      addForwardedCertificate(record, value);
      break;
    case 'x-ja4':
    case 'x-ja4-fingerprint':
    case 'x-ja3':
    case 'x-ja3-fingerprint':
      record.tls ??= value;
      break;
  }
}

/** Sets one property of the client certificate; an empty or absent value changes nothing. */
export function setCertificate(
  record: GatewayRecord,
  part: 'fingerprint' | 'subject' | 'issuer' | 'serial',
  value: string | null,
): void {
  if (value === null || value === '') return;
  record.certificate ??= { fingerprint: null, subject: null, issuer: null, serial: null };
  record.certificate[part] ??= part === 'fingerprint' ? value.replaceAll(':', '').toLowerCase() : value;
}

/**
 * Envoy's X-Forwarded-Client-Cert: elements separated by commas, `Key=Value` pairs by semicolons, values may be
 * quoted. The last element is the certificate presented to the gateway that logged the line.
 */
export function addForwardedCertificate(record: GatewayRecord, header: string): void {
  const element = splitOutsideQuotes(header, ',').at(-1) ?? '';
  for (const pair of splitOutsideQuotes(element, ';')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const key = pair.slice(0, equals).trim().toLowerCase();
    const value = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (key === 'hash') setCertificate(record, 'fingerprint', value);
    else if (key === 'subject') setCertificate(record, 'subject', value);
    else if (key === 'uri' && value !== '') record.gateway.certificate_uri = value;
    else if (key === 'dns' && value !== '') record.gateway.certificate_dns = value;
  }
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let i = 0; i < text.length && parts.length < 64; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === separator && !quoted) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
