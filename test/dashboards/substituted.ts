// What Grafana and its ClickHouse plugin put in place of macros and variables, so that panels' SQL runs without Grafana.

export function substituted(sql: string, o: { from: number; to: number; lineage: string }): string {
  const { from, to } = o;
  const quoted = `'${o.lineage.replaceAll("'", "''")}'`;
  return sql
    .replaceAll(`\${lineage:sqlstring}`, quoted)
    .replaceAll('$__fromTime', `toDateTime(${from / 1000})`)
    .replaceAll('$__toTime', `toDateTime(${to / 1000})`)
    .replace(
      /\$__timeFilter_ms\((\w+)\)/g,
      `$1 >= fromUnixTimestamp64Milli(${from}) AND $1 <= fromUnixTimestamp64Milli(${to})`,
    )
    .replace(
      /\$__timeFilter\((\w+)\)/g,
      `$1 >= toDateTime(${from / 1000}) AND $1 <= toDateTime(${to / 1000})`,
    );
}
