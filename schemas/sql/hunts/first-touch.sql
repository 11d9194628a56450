-- D14 over the store: answers that gave an object, or a page of a listing, of one window, in the order they were given.
SELECT toString(id) AS id, toUnixTimestamp64Milli(at) AS at_ms, tenant, method, path, route, objects, query, page_kind, page_value,
  page_limit, status, bytes_out, items, request_id, client_ip, client_prefix, client_asn, client_network, client_country,
  client_ua_family, lineage, credential_kind, credential_weak, credential_subject, credential_client, credential_display
FROM events FINAL
WHERE at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})
  AND status BETWEEN 200 AND 299
  AND (notEmpty(objects) OR (page_kind != '' AND items > 0))
ORDER BY at, id
