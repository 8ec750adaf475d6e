import type { ReactNode } from 'react'
import { PathLink } from '../parts/path-link.tsx'
import styles from './settings.module.css'

/** What is open in a tab: its name, a way back to the list, what can be done, and the rest. */
export function OpenItem(props: {
  title: string
  list: string
  back: string
  actions?: ReactNode
  children: ReactNode
}) {
  const { title, list, back, actions, children } = props
  return (
    <div className={styles.open}>
      <div className={styles.openHead}>
        <div className={styles.openTitles}>
          <PathLink href={list}>← {back}</PathLink>
          <h2 className={styles.openTitle} dir="auto">
            {title}
          </h2>
        </div>
        {actions && <div className={styles.openActions}>{actions}</div>}
      </div>
      {children}
    </div>
  )
}
