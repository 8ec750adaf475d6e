import { Menu } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { type ReactNode, useState } from 'react'
import { useAction } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Icon } from '../parts/icon.tsx'
import { useKeys } from '../parts/keys.ts'
import { notify } from '../parts/notices.tsx'
import { cancelWords, fullName, stateWords, type TriggerOptions } from '../syncs/command-lines.ts'

type Dialog = 'trigger' | 'reset' | 'empty' | 'start' | 'pause' | 'cancel'

const dialogs: Record<Dialog, { title: string; action: string; text: ReactNode; danger?: boolean }> = {
  trigger: {
    title: 'Run now',
    action: 'Run now',
    text: 'It runs now, from its checkpoint. If a run is active, exactly one more follows.',
  },
  reset: {
    ...{ title: 'Run from the beginning', action: 'Forget the checkpoint and run' },
    text: 'The checkpoint is deleted, and the run reads everything again. Records stay; those that are unchanged are not changed. A run that is active is cancelled.',
  },
  empty: {
    ...{
      title: 'Delete the records and run from the beginning',
      action: 'Delete the records and run',
      danger: true,
    },
    text: 'All records of this schedule are deleted, and readers see them as deleted until the run has saved them again.',
  },
  start: { title: 'Start', action: 'Start', text: 'Its slots become runs again. It runs once at once.' },
  pause: {
    title: 'Pause',
    action: 'Pause',
    text: 'No slot of it becomes a run until it is started. A run in progress completes.',
  },
  cancel: {
    title: 'Cancel the run',
    action: 'Cancel the run',
    danger: true,
    text: 'The run ends at once. What it has saved stays, and the schedule goes on at its next slot.',
  },
}

const triggerOptions: Partial<Record<Dialog, TriggerOptions>> = {
  trigger: {},
  reset: { reset: true },
  empty: { reset: true, emptyCache: true },
}

/** What can be done with a schedule. Each action says what it does, and its command. */
export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const trigger = useAction('POST /sync/trigger')
  const start = useAction('POST /sync/start')
  const pause = useAction('POST /sync/pause')
  const cancel = useAction('POST /runs/:id/cancel')
  const { lastRun, status } = schedule
  const active = lastRun && lastRun.state !== 'ended' ? lastRun : null
  const isPaused = status === 'PAUSED' || schedule.freshness.stale?.reason === 'paused'
  const sync = fullName(schedule)
  useKeys({ t: () => setDialog('trigger'), p: () => setDialog(isPaused ? 'start' : 'pause') })

  const confirm = async (chosen: Dialog) => {
    const { provider_config_key, connection_id } = schedule
    const body = { syncs: [sync], provider_config_key, connection_id }
    const opts = triggerOptions[chosen]
    if (opts) await trigger.mutateAsync({ body: { ...body, opts }, headers: {} })
    else if (chosen === 'start') await start.mutateAsync({ body, headers: {} })
    else if (chosen === 'pause') await pause.mutateAsync({ body })
    else if (active) await cancel.mutateAsync({ params: { id: active.id } })
    notify(`${dialogs[chosen].title}: done`)
  }
  const cliOf = (chosen: Dialog) => {
    const opts = triggerOptions[chosen]
    if (opts) return stateWords('trigger', schedule, opts)
    if (chosen === 'start' || chosen === 'pause') return stateWords(chosen, schedule)
    return cancelWords(active?.id ?? '')
  }
  return (
    <>
      {active && (
        <ActionButton scope="operate" onClick={() => setDialog('cancel')}>
          Cancel the run
        </ActionButton>
      )}
      <ActionButton scope="operate" onClick={() => setDialog(isPaused ? 'start' : 'pause')}>
        {isPaused ? 'Start' : 'Pause'}
      </ActionButton>
      <ActionButton scope="operate" variant="filled" onClick={() => setDialog('trigger')}>
        Run now
      </ActionButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionButton scope="operate" onClick={() => {}} px={6} aria-label="More ways to run">
            <Icon name="down" size={14} />
          </ActionButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('reset')}>Run from the beginning…</Menu.Item>
          <Menu.Item color="red" c="var(--bad)" onClick={() => setDialog('empty')}>
            Delete the records and run…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog && (
        <Confirm
          title={`${dialogs[dialog].title}: ${sync}`}
          action={dialogs[dialog].action}
          danger={dialogs[dialog].danger ?? false}
          cli={cliOf(dialog)}
          onConfirm={() => confirm(dialog)}
          onClose={() => setDialog(null)}
        >
          <span>{dialogs[dialog].text}</span>
        </Confirm>
      )}
    </>
  )
}
