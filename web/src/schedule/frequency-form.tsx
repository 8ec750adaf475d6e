import { SegmentedControl, TextInput } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { useState } from 'react'
import { useAction } from '../api/use-api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { frequencyWords } from '../syncs/command-lines.ts'

/** How often this schedule runs: its own frequency, or that of the deployed sync. */
export function FrequencyForm({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const [kind, setKind] = useState<'own' | 'deployed'>('own')
  const [text, setText] = useState(schedule.frequency ?? '')
  const update = useAction('PUT /sync/update-connection-frequency')
  const frequency = kind === 'own' ? text.trim() : null
  const save = async () => {
    const { name, variant, provider_config_key, connection_id } = schedule
    const answer = await update.mutateAsync({
      body: { sync_name: name, sync_variant: variant, provider_config_key, connection_id, frequency },
    })
    notify('frequency' in answer ? `It runs ${answer.frequency} now` : 'The change is accepted')
  }
  return (
    <Confirm
      title="Frequency"
      action="Save"
      cli={frequencyWords(schedule, frequency)}
      onConfirm={save}
      onClose={onClose}
    >
      <SegmentedControl
        value={kind}
        onChange={(value) => setKind(value === 'own' ? 'own' : 'deployed')}
        data={[
          { value: 'own', label: 'Of this schedule' },
          { value: 'deployed', label: 'As the sync was deployed' },
        ]}
      />
      {kind === 'own' && (
        <TextInput
          label="How often"
          description="Such as: every 30 minutes, 6h, */15 * * * *, 0 6 * * 1-5 Europe/Berlin"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
      )}
    </Confirm>
  )
}
