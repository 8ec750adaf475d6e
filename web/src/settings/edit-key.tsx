import { Select, TextInput } from '@mantine/core'
import type { Key } from '@syncline/api'
import type { RequestOf } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction } from '../api/use-api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { exactText } from '../parts/time-text.ts'
import { endIn, keyEnds } from './key-ends.ts'
import { keyUpdateLine } from './lines.ts'
import { ScopeChoice } from './scope-choice.tsx'
import styles from './settings.module.css'
import { useForm } from './use-form.ts'

const AS_IT_IS = 'as it is'

type Changes = RequestOf<'PATCH /environments/:environment/keys/:keyId'>['body']

/** Label, scopes and end of a key. Its secret stays. */
export function EditKey({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const environment = useEnvironment()
  const form = useForm({ label: apiKey.label, scopes: [...apiKey.scopes], ends: AS_IT_IS }, [
    ...['label', 'scopes', 'expires_at'],
  ])
  const update = useAction('PATCH /environments/:environment/keys/:keyId', { admin: true })
  const { label, scopes, ends } = form.values
  const body: Changes = {
    ...(label !== apiKey.label && { label }),
    ...(scopes.join() !== apiKey.scopes.join() && { scopes }),
    ...(ends !== AS_IT_IS && { expires_at: ends === '' ? null : endIn(ends) }),
  }
  const isSame = Object.keys(body).length === 0
  const save = async () => {
    try {
      await update.mutateAsync({ params: { environment, keyId: apiKey.id }, body })
      notify(`Changed key ${label}`)
    } catch (reason) {
      if (reason instanceof Error) form.fail(reason)
      throw reason
    }
  }
  return (
    <Confirm
      title={`Edit key ${apiKey.label}`}
      action="Save"
      disabled={isSame}
      {...(!isSame && { cli: keyUpdateLine(environment, apiKey.id, body) })}
      onConfirm={save}
      onClose={onClose}
    >
      <TextInput label="Label" {...form.text('label')} />
      <Select
        label="Ends"
        data={[{ value: AS_IT_IS, label: endText(apiKey) }, ...keyEnds]}
        value={ends}
        allowDeselect={false}
        error={form.problems.expires_at}
        onChange={(value) => form.set('ends', value ?? AS_IT_IS)}
      />
      {apiKey.connection ? (
        <p className={styles.quiet}>A key of one connection reads that connection and nothing else.</p>
      ) : (
        <ScopeChoice
          scopes={scopes}
          error={form.problems.scopes}
          onChange={(next) => form.set('scopes', next)}
        />
      )}
    </Confirm>
  )
}

const endText = ({ expires_at }: Key): string =>
  expires_at === null ? 'as it is: never' : `as it is: ${exactText(Date.parse(expires_at)).slice(0, 16)}`
