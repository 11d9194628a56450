-- D12 over the store: look-ups that were answered, with a hit or a miss, of one window, in the order they were given. What names a
-- person is decided by the judge; here only what names nothing at all is left out.
SELECT toString(id) AS id, toUnixTimestamp64Milli(at) AS at_ms, tenant, method, path, route, objects, query, page_kind, page_value,
  page_limit, status, bytes_out, items, request_id, client_ip, client_prefix, client_asn, client_network, client_country,
  client_ua_family, lineage, credential_kind, credential_weak, credential_subject, credential_client, credential_display
FROM events FINAL
WHERE at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})
  AND (status BETWEEN 200 AND 299 OR status = 404)
  AND notEmpty(objects)
  AND (startsWith(objects[-1].collection, '?') OR (tenant, route) IN {lookups:Array(Tuple(String, String))})
ORDER BY at, id
