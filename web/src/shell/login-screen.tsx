import { Button, PasswordInput, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { type Login, logIn } from '../api/session.ts'
import { useFilters } from '../api/use-filters.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { useOpenPath } from '../parts/path-link.tsx'
import iconUrl from './icon.svg'
import styles from './login-screen.module.css'
import { keyError } from './take-key.ts'

/** Login by a key, or by user and password of an environment. Leads back to where the session expired. */
export function LoginScreen() {
  const { values } = useFilters(['to', 'expired', 'more', 'environment'])
  const [way, setWay] = useState<'key' | 'user'>('key')
  const [error, setError] = useState<Error | undefined>(keyError ? new Error(keyError) : undefined)
  const [busy, setBusy] = useState(false)
  const openPath = useOpenPath()
  const queryClient = useQueryClient()
  useEffect(() => {
    document.title = 'Log in · Syncline'
  }, [])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const login: Login =
      way === 'key'
        ? { key: text('key') }
        : {
            environment: text('environment'),
            user: text('user'),
            password: String(form.get('password') ?? ''),
          }
    setBusy(true)
    try {
      const session = await logIn(login)
      await queryClient.invalidateQueries({ queryKey: ['api'] })
      const name = session.environments.at(-1)?.name
      if (name === undefined) {
        setError(new Error('You are admin now, of no environment yet: log in to one with one of its keys'))
        return
      }
      openPath(ownPath(values.to) ?? `/ui/${encodeURIComponent(name)}/now`)
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <main className={styles.page}>
      <form className={styles.form} onSubmit={(event) => void submit(event)}>
        <div className={styles.brand}>
          <img src={iconUrl} alt="" width={28} height={28} />
          <h1>Syncline</h1>
        </div>
        {values.expired && (
          <p className={styles.note}>Your session has ended. Log in to go on where you were.</p>
        )}
        {values.more && (
          <p className={styles.note}>
            The environment is added to your session. With the admin key, you may also change environments and
            keys.
          </p>
        )}
        <SegmentedControl
          fullWidth
          aria-label="Log in with"
          value={way}
          onChange={(value) => setWay(value === 'user' ? 'user' : 'key')}
          data={[
            { value: 'key', label: 'Key' },
            { value: 'user', label: 'User and password' },
          ]}
        />
        <Stack gap="sm">
          {way === 'key' ? (
            <PasswordInput
              name="key"
              size="sm"
              label="API key or admin key"
              description="npm start prints the key of dev; an admin makes others: syncline key create"
              autoComplete="off"
              required
              data-autofocus
            />
          ) : (
            <>
              <TextInput
                name="environment"
                size="sm"
                label="Environment"
                defaultValue={values.environment}
                required
              />
              <TextInput name="user" size="sm" label="User" autoComplete="username" required />
              <PasswordInput
                name="password"
                size="sm"
                label="Password"
                autoComplete="current-password"
                required
              />
            </>
          )}
          {error && <ErrorBox error={error} what="You are not logged in" />}
          <Button type="submit" size="sm" loading={busy} fullWidth>
            Log in
          </Button>
        </Stack>
      </form>
    </main>
  )
}

/** Never to another site, whatever the address says. */
function ownPath(to: string): string | undefined {
  return /^\/ui\/[^\\]*$/.test(to) && !to.startsWith('/ui/login') ? to : undefined
}
