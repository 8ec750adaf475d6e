import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'

/** Names change rarely. */
const POLL_MS = 30_000
const MAX_SHOWN = 50

export function useIntegrationChoice(): string[] {
  const { data } = useApi('GET /integrations', {}, { poll: POLL_MS })
  return data?.data.map(({ unique_key }) => unique_key) ?? []
}

interface Props {
  integration: string
  /** '' = all connections. */
  value: string
  onChange: (id: string) => void
}

/** There may be thousands of connections: the server searches them. */
export function ConnectionSelect({ integration, value, onChange }: Props) {
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text === value ? '' : text, 200)
  const { data } = useApi(
    'GET /connections',
    { query: { integrationId: integration, search, limit: MAX_SHOWN } },
    { poll: POLL_MS, keep: true },
  )
  const found = data?.connections.map((connection) => connection.connection_id) ?? []
  return (
    <Select
      w={220}
      maw="100%"
      aria-label="Connection"
      placeholder="Connection"
      data={value === '' || found.includes(value) ? found : [value, ...found]}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Any connection', 'aria-hidden': false, tabIndex: 0 }}
      onSearchChange={setText}
      // The server has searched already.
      filter={({ options }) => options}
      nothingFoundMessage="No connection has this in its name"
    />
  )
}
