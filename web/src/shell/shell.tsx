import { Outlet, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { queryClient } from '../api/query-client.ts'
import { sessionQuery, useSession } from '../api/session.ts'
import { useKeys } from '../parts/keys.ts'
import { Notices } from '../parts/notices.tsx'
import { useOpenPath } from '../parts/path-link.tsx'
import { AwayBanner } from './away-banner.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Navigation } from './navigation.tsx'
import { NoAccess } from './no-access.tsx'
import { screens } from './screens.ts'
import styles from './shell.module.css'

/** The frame of all screens. */
export function Shell() {
  const environment = useParams({ from: '/ui/$environment', select: (params) => params.environment })
  const session = useSession()
  const openPath = useOpenPath()
  const [help, setHelp] = useState(false)
  const mayOpen = session?.environments.some(({ name }) => name === environment) ?? false
  useEffect(() => {
    if (mayOpen) localStorage.setItem('environment', environment)
  }, [mayOpen, environment])
  // Scopes that were taken from a key or user show here within a minute.
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
    }, 60_000)
    return () => clearInterval(timer)
  }, [])
  useKeys({
    '?': () => setHelp(true),
    '/': focusSearch,
    ...Object.fromEntries(
      screens.map(({ key, path }) => [
        `g ${key}`,
        () => openPath(`/ui/${encodeURIComponent(environment)}/${path}`),
      ]),
    ),
  })
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <Navigation environment={environment} onHelp={() => setHelp(true)} />
      <main className={styles.main} id="content" tabIndex={-1}>
        <AwayBanner />
        {mayOpen ? <Outlet /> : <NoAccess environment={environment} />}
      </main>
      <Notices />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </div>
  )
}

function focusSearch(): void {
  const input = document.querySelector<HTMLInputElement>('input[data-search]')
  input?.focus()
  input?.select()
}
