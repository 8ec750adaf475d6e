import type { HeldDeletion } from '@syncline/api'
import { useState } from 'react'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { Time } from '../parts/time.tsx'
import { type Place, releaseWords } from '../syncs/command-lines.ts'
import styles from './schedule.module.css'

/** Records that its passes did not save again and that were not deleted. Nothing, if there are none. */
export function HeldDeletions({ place, models }: { place: Place; models: string[] }) {
  const { provider_config_key, connection_id, variant } = place
  const { data } = useApi('GET /records/held-deletions', {
    query: { provider_config_key, connection_id, limit: '100' },
  })
  const [chosen, setChosen] = useState<HeldDeletion | null>(null)
  const held = data?.deletions.filter((it) => it.variant === variant && models.includes(it.model)) ?? []
  return (
    <>
      {held.map((it) => (
        <section
          key={it.model}
          className={styles.reason}
          data-kind="warn"
          aria-label={`Deletion held back of ${it.model}`}
        >
          <strong>
            {countText(it.unseen)} of {countText(it.live)} {it.model} were not deleted
          </strong>
          <p className={styles.sentence}>
            {it.reason === 'guard'
              ? 'A pass did not save them again. That is most of the records, so the deletion was held back.'
              : `The pass was not complete: ${it.incomplete ?? 'the reason is not known'}. The next complete one deletes them.`}{' '}
            <Time at={it.at} />
          </p>
          {it.released ? (
            <p className={styles.sentence}>
              Allowed: the next complete pass deletes what it does not save again.
            </p>
          ) : (
            it.reason === 'guard' && (
              <ActionButton scope="operate" onClick={() => setChosen(it)}>
                Allow this deletion once
              </ActionButton>
            )
          )}
        </section>
      ))}
      {chosen && <Release place={place} deletion={chosen} onClose={() => setChosen(null)} />}
    </>
  )
}

function Release({
  place,
  deletion,
  onClose,
}: {
  place: Place
  deletion: HeldDeletion
  onClose: () => void
}) {
  const release = useAction('POST /records/held-deletions/release')
  const { provider_config_key, connection_id, model, variant, unseen, live } = deletion
  const confirm = async () => {
    await release.mutateAsync({ body: { provider_config_key, connection_id, model, variant } })
    notify(`The next complete pass may delete ${model}`)
  }
  return (
    <Confirm
      title="Allow this deletion once"
      action="Allow it"
      danger
      cli={releaseWords(place, model)}
      onConfirm={confirm}
      onClose={onClose}
    >
      <span>
        The next complete pass deletes every {model} that it does not save again. The last one did not save{' '}
        {countText(unseen)} of {countText(live)}. After that pass the guard is back.
      </span>
    </Confirm>
  )
}
