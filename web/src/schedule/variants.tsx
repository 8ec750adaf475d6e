import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { ReasonBadge } from '../parts/reason-badge.tsx'
import { Section } from '../parts/screen.tsx'
import { type Place, variantWords } from '../syncs/command-lines.ts'
import { ScheduleLink } from '../syncs/schedule-link.tsx'
import styles from './schedule.module.css'

const SHOWN = 8

/** Further schedules of the sync on this connection. There may be thousands: the list of Syncs has them all. */
export function Variants({ place }: { place: Place }) {
  const environment = useEnvironment()
  const [dialog, setDialog] = useState<'create' | 'delete' | null>(null)
  const { provider_config_key: integration, connection_id: connection, name, variant } = place
  const { data } = useApi(
    'GET /schedules',
    { query: { provider_config_key: integration, connection_id: connection, q: name, limit: '100' } },
    { poll: 5000 },
  )
  const variants = data?.schedules.filter((it) => it.name === name) ?? []
  const more = data ? data.next_cursor !== null || variants.length > SHOWN : false
  return (
    <Section
      title="Variants"
      beside={
        <span className={styles.buttons}>
          <ActionButton scope="operate" size="compact-xs" onClick={() => setDialog('create')}>
            Add
          </ActionButton>
          {variant !== 'base' && (
            <ActionButton scope="operate" size="compact-xs" onClick={() => setDialog('delete')}>
              Delete this one
            </ActionButton>
          )}
        </span>
      }
    >
      <ul className={styles.list}>
        {variants.slice(0, SHOWN).map((it) => (
          <li key={it.variant} aria-current={it.variant === variant || undefined}>
            <ScheduleLink place={it}>{it.variant}</ScheduleLink>
            <ReasonBadge reason={it.freshness.stale?.reason ?? null} />
          </li>
        ))}
      </ul>
      {more && (
        <PathLink href={paths.syncs(environment, { integration, connection, q: name })}>
          all schedules of {name} on this connection
        </PathLink>
      )}
      {dialog === 'create' && <Create place={place} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && <Delete place={place} onClose={() => setDialog(null)} />}
    </Section>
  )
}

function Create({ place, onClose }: { place: Place; onClose: () => void }) {
  const [variant, setVariant] = useState('')
  const create = useAction('POST /sync/:name/variant/:variant')
  const { provider_config_key, connection_id, name } = place
  const confirm = async () => {
    await create.mutateAsync({ params: { name, variant }, body: { provider_config_key, connection_id } })
    notify(`Made ${name}::${variant}`)
  }
  return (
    <Confirm
      title={`New variant of ${name}`}
      action="Make it"
      cli={variantWords('create', { ...place, variant: variant || '…' })}
      onConfirm={confirm}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Letters, digits, _ and -. It is a schedule with records of its own."
        value={variant}
        onChange={(event) => setVariant(event.currentTarget.value.trim())}
        data-autofocus
      />
    </Confirm>
  )
}

function Delete({ place, onClose }: { place: Place; onClose: () => void }) {
  const remove = useAction('DELETE /sync/:name/variant/:variant')
  const { provider_config_key, connection_id, name, variant } = place
  const confirm = async () => {
    await remove.mutateAsync({ params: { name, variant }, body: { provider_config_key, connection_id } })
    notify(`Deleted ${name}::${variant}`)
  }
  return (
    <Confirm
      title={`Delete the variant ${variant}`}
      action="Delete it with its records"
      danger
      typed={variant}
      cli={variantWords('delete', place)}
      onConfirm={confirm}
      onClose={onClose}
    >
      <span>Its schedule, runs and records are deleted. Nobody can bring them back.</span>
    </Confirm>
  )
}
