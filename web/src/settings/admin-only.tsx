import { Button, PasswordInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { logIn, useSession } from '../api/session.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import styles from './settings.module.css'

/** What only the admin key may do. Without it: what is missing, and a field to add it to the session. */
export function AdminOnly({ what, children }: { what: string; children: ReactNode }) {
  const session = useSession()
  return session?.admin ? children : <AddAdminKey what={what} />
}

function AddAdminKey({ what }: { what: string }) {
  const [key, setKey] = useState('')
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const add = async () => {
    setBusy(true)
    try {
      await logIn({ key })
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)))
      setBusy(false)
    }
  }
  return (
    <form
      className={styles.box}
      aria-label="Add the admin key"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <h2 className={styles.boxTitle}>{what} need the admin key</h2>
      <p className={styles.boxText}>
        Your session has none. It is SYNCLINE_ADMIN_KEY of the gateway; with npm start it is in .syncline. It
        is added to this session and is not stored in the browser.
      </p>
      <div className={styles.row}>
        <PasswordInput
          className={styles.grow}
          label="Admin key"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={key === ''}>
          Add to this session
        </Button>
      </div>
      {error && <ErrorBox error={error} what="This is no admin key" />}
    </form>
  )
}
