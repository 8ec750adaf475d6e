import type { ReactNode } from 'react'
import { useEffect } from 'react'
import styles from './screen.module.css'

/** The frame of each screen: its name, what can be done on it, and its content. */
export function Screen({
  title,
  above,
  actions,
  children,
}: {
  title: string
  /** Where it belongs: a link to the list that it is from. */
  above?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · Syncline`
  }, [title])
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className={styles.titles}>
          {above && <div className={styles.above}>{above}</div>}
          <h1 className={styles.title} dir="auto">
            {title}
          </h1>
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A part of a screen with a heading. */
export function Section({
  title,
  beside,
  children,
}: {
  title: string
  /** Right of the heading: a link, a count, a button. */
  beside?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>{title}</h2>
        {beside && <div className={styles.beside}>{beside}</div>}
      </div>
      {children}
    </section>
  )
}

/** Names with their values, one below the other. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
