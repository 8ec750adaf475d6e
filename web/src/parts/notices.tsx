import { useSyncExternalStore } from 'react'
import { Icon } from './icon.tsx'
import styles from './notices.module.css'

interface Notice {
  id: number
  text: string
  tone: 'good' | 'bad'
}

const SHOWN_MS = 6000
const MAX_NOTICES = 4
let notices: Notice[] = []
let lastId = 0
const listeners = new Set<() => void>()

/** Says for some seconds what became of an action. */
export function notify(text: string, tone: Notice['tone'] = 'good'): void {
  lastId += 1
  const id = lastId
  change([...notices, { id, text, tone }].slice(-MAX_NOTICES))
  setTimeout(() => dismiss(id), SHOWN_MS)
}

/** The place for them: once, in the frame of the page. */
export function Notices() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
  )
  return (
    <div className={styles.notices} role="status">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={styles.notice} data-tone={tone}>
          <span dir="auto">{text}</span>
          <button type="button" className={styles.close} aria-label="Close" onClick={() => dismiss(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  )
}

function dismiss(id: number): void {
  change(notices.filter((notice) => notice.id !== id))
}

function change(next: Notice[]): void {
  notices = next
  for (const listener of listeners) listener()
}
