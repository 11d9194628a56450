// Envoy access logs: the default text format, Istio's longer default, and JSON (Envoy Gateway, Istio, own formats).
// Always holds: the peer is the downstream remote address when logged, else the last X-Forwarded-For hop.
// Does not promise: a peer in Envoy's default text format, which logs none without X-Forwarded-For.

import { reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import { parseEnvoyJson } from './envoy-json.ts';
import { parseEnvoyText } from './envoy-text.ts';
import type { GatewayFormat, ParseOutcome } from './gateway-format.ts';

function parseLine(line: string): ParseOutcome {
  const outcome = line.startsWith('{') ? parseEnvoyJson(line) : parseEnvoyText(line);
  return (
    outcome ??
    reject('wrong-shape', "the line is neither Envoy's default text format nor a JSON object with start_time")
  );
}

export const envoy: GatewayFormat = {
  name: 'envoy',
  title: 'Envoy, Envoy Gateway and Istio access logs (default text, JSON)',
  snippet: `# Envoy: JSON with the peer, the token's claims and the client certificate
access_log:
  - name: envoy.access_loggers.file
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
      path: /dev/stdout
      log_format:
        json_format:
          start_time: "%START_TIME%"
          method: "%REQ(:METHOD)%"
          path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
          response_code: "%RESPONSE_CODE%"
          bytes_received: "%BYTES_RECEIVED%"
          bytes_sent: "%BYTES_SENT%"
          duration: "%DURATION%"
          user_agent: "%REQ(USER-AGENT)%"
          request_id: "%REQ(X-REQUEST-ID)%"
          authority: "%REQ(:AUTHORITY)%"
          x_forwarded_for: "%REQ(X-FORWARDED-FOR)%"
          downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%"
          claim_sub: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:sub)%"
          claim_client_id: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:client_id)%"
          downstream_peer_fingerprint_256: "%DOWNSTREAM_PEER_FINGERPRINT_256%"`,
  notes:
    "Envoy's default format names no caller and, without X-Forwarded-For, no address. Log claim_… fields from the JWT filter, " +
    'x-forwarded-client-cert or downstream_peer_fingerprint_256.',
  sniff(line) {
    const t = unwrap(line);
    if (t.startsWith('{')) {
      if (!t.includes('"response_code"')) return 0;
      return t.includes('"start_time"') || t.includes('"response_flags"') ? 0.97 : 0.5;
    }
    return /^\[\d{4}-\d\d-\d\dT[^\]]{8,24}\] "/.test(t.slice(0, 64)) ? 0.95 : 0;
  },
  parser: () => (line) => parseLine(unwrap(line)),
};
