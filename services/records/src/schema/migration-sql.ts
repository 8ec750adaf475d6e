import { Sql } from '../clickhouse/sql.ts'

/** How long the tables keep what they keep. */
export type Keep = {
  payloadDays: number
  historyDays: number
  runLogDays: number
  runFactsDays: number
  seenDays: number
}

/**
 * The statements of a file of migrations/, for one server or, where a cluster is named, for all of its servers with
 * replicated tables.
 */
export function migrationSql(text: string, cluster: string, keep: Keep): Sql[] {
  const values: Record<string, string | number> = {
    ...clusterWords(cluster),
    payload_ttl_days: keep.payloadDays,
    history_days: keep.historyDays,
    run_log_ttl_days: keep.runLogDays,
    run_facts_ttl_days: keep.runFactsDays,
    seen_ttl_days: keep.seenDays,
  }
  const filled = text.replace(/\{(\w+)\}/g, (_place, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`a migration names {${name}}, which has no value`)
    return String(value)
  })
  return filled
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '')
    .map((statement) => new Sql(statement))
}

/** After a table's name, before an engine's, and the setting that makes repeated inserts happen once. */
const clusterWords = (cluster: string) =>
  cluster === ''
    ? { on_cluster: '', replicated: '', deduplication_window: 'non_replicated_deduplication_window' }
    : {
        on_cluster: ` ON CLUSTER \`${cluster}\``,
        replicated: 'Replicated',
        deduplication_window: 'replicated_deduplication_window',
      }
