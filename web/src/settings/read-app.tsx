import { useState } from 'react'
import { call } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { JsonText } from '../parts/json-text.tsx'
import styles from './form-parts.module.css'
import { integrationUpdateLine } from './lines.ts'

/** The secrets of the app are stored and not shown, unless somebody asks for them. They are not kept in the page after that. */
export function ReadApp({ integration }: { integration: string }) {
  const environment = useEnvironment()
  const [app, setApp] = useState<object | null>()
  const [error, setError] = useState<Error>()
  const [asks, setAsks] = useState(false)
  const update = useAction('PATCH /integrations/:uniqueKey')
  const show = async () => {
    try {
      const params = { uniqueKey: integration }
      const { data } = await call(environment, 'GET /integrations/:uniqueKey', {
        params,
        query: { include: 'credentials' },
      })
      setApp(data.credentials ?? null)
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)))
    }
  }
  return (
    <>
      <p className={styles.hint}>
        What you type here replaces all that is stored of the app. Empty fields leave it as it is.
      </p>
      <div className={styles.buttons}>
        {app === undefined ? (
          <ActionButton scope="secrets" onClick={() => void show()}>
            Show what is stored
          </ActionButton>
        ) : (
          <ActionButton scope="secrets" onClick={() => setApp(undefined)}>
            Hide
          </ActionButton>
        )}
        <ActionButton
          scope="deploy"
          variant="subtle"
          color="red"
          c="var(--bad)"
          onClick={() => setAsks(true)}
        >
          Remove the app…
        </ActionButton>
      </div>
      {error && <ErrorBox error={error} />}
      {app === null && <p className={styles.hint}>Nothing is stored.</p>}
      {app && <JsonText value={app} label="App at the vendor" />}
      {asks && (
        <Confirm
          title={`Remove the app of ${integration}?`}
          action="Remove"
          danger
          cli={integrationUpdateLine(integration, { credentials: null })}
          onConfirm={() =>
            update.mutateAsync({ params: { uniqueKey: integration }, body: { credentials: null } })
          }
          onClose={() => setAsks(false)}
        >
          <p>Client id, secret and keys are deleted. Tokens of its connections are not renewed any more.</p>
        </Confirm>
      )}
    </>
  )
}
