import { Textarea } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { useState } from 'react'
import { useAction } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { notify } from '../parts/notices.tsx'
import { Section } from '../parts/screen.tsx'
import { checkpointWords } from '../syncs/command-lines.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import styles from './schedule.module.css'

/** Where the next run goes on. It can be changed while no runner has a run of the schedule. */
export function Checkpoint({ schedule }: { schedule: Schedule }) {
  const [dialog, setDialog] = useState<'edit' | 'clear' | null>(null)
  const { checkpoint, lastRun } = schedule
  const isRunning = lastRun?.state === 'running'
  return (
    <Section
      title="Checkpoint"
      beside={
        <span className={styles.buttons}>
          <ActionButton
            scope="operate"
            size="compact-xs"
            disabled={isRunning}
            onClick={() => setDialog('edit')}
          >
            Edit
          </ActionButton>
          {checkpoint && (
            <ActionButton
              scope="operate"
              size="compact-xs"
              disabled={isRunning}
              onClick={() => setDialog('clear')}
            >
              Clear
            </ActionButton>
          )}
        </span>
      }
    >
      {checkpoint ? (
        <JsonText value={checkpoint} label="Checkpoint" />
      ) : (
        <p className={styles.quiet}>None: the next run reads everything.</p>
      )}
      {isRunning && <p className={styles.quiet}>A run is running: it can be changed when that has ended.</p>}
      {dialog === 'edit' && <Edit schedule={schedule} onClose={() => setDialog(null)} />}
      {dialog === 'clear' && <Clear schedule={schedule} onClose={() => setDialog(null)} />}
    </Section>
  )
}

function useSetCheckpoint({ provider_config_key, connection_id, name: sync_name, variant }: Schedule) {
  const set = useAction('PUT /schedules/checkpoint')
  return async (checkpoint: Record<string, string | number | boolean> | null) => {
    const answer = await set.mutateAsync({
      body: { provider_config_key, connection_id, sync_name, variant, checkpoint },
    })
    notify('command_id' in answer ? 'The change is accepted' : 'The checkpoint is changed')
  }
}

function Edit({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const [text, setText] = useState(() => JSON.stringify(schedule.checkpoint ?? {}, null, 2))
  const set = useSetCheckpoint(schedule)
  const read = readCheckpoint(text)
  const save = async () => {
    if ('problem' in read) throw new Error(`The checkpoint ${read.problem}`)
    await set(read.checkpoint)
  }
  return (
    <Confirm
      title="Checkpoint"
      action="Save"
      {...('checkpoint' in read && { cli: checkpointWords(schedule, read.checkpoint) })}
      onConfirm={save}
      onClose={onClose}
    >
      <Textarea
        label="As JSON"
        description="Texts, numbers and booleans by name. The next run goes on from it."
        autosize
        minRows={6}
        maxRows={18}
        spellCheck={false}
        classNames={{ input: styles.code ?? '' }}
        value={text}
        error={'problem' in read && `It ${read.problem}`}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
    </Confirm>
  )
}

function Clear({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const set = useSetCheckpoint(schedule)
  return (
    <Confirm
      title="Clear the checkpoint"
      action="Clear it"
      danger
      cli={checkpointWords(schedule, null)}
      onConfirm={() => set(null)}
      onClose={onClose}
    >
      <span>The next run reads everything again. Records stay.</span>
    </Confirm>
  )
}
