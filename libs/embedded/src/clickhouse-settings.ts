/**
 * The configuration of a server that shares a laptop with a browser and an editor. It logs nothing into tables of its
 * own (query_log and its like are off because they are not named), as these would write to disk all day.
 */
export const clickHouseSettings = (at: { dir: string; port: number; users: string }) => `<clickhouse>
  <logger><level>error</level></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${at.port}</http_port>
  <path>${xml(at.dir)}/</path>
  <users_config>${xml(at.users)}</users_config>
  <max_server_memory_usage>${3 * 1024 ** 3}</max_server_memory_usage>
  <mark_cache_size>${128 * 1024 ** 2}</mark_cache_size>
  <background_pool_size>4</background_pool_size>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <merge_tree>
    <!-- Their defaults ask for a larger pool than ours. -->
    <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>2</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`

/** One user without password, for this machine only. Its inserts are not gathered: the services form their own batches. */
export const clickHouseUsers = `<clickhouse>
  <profiles><default><async_insert>0</async_insert></default></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
  </users>
</clickhouse>
`

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
