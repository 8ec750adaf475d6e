import { Button } from '@mantine/core'
import { useState } from 'react'
import { CopyButton } from './copy-button.tsx'
import styles from './text-box.module.css'

const MAX_CHARS = 4000
/** A browser takes seconds to lay out a megabyte; the copy has all of it. */
const MAX_SHOWN_CHARS = 100_000

/** A value as JSON, as text and never as anything else. Long ones are cut until the reader wants all. */
export function JsonText({ value, label }: { value: unknown; label?: string }) {
  return <LongText text={JSON.stringify(value, null, 2) ?? 'undefined'} label={label ?? 'JSON'} />
}

/** A text of customers or their APIs. */
export function LongText({
  text,
  label = 'Text',
  maxChars = MAX_CHARS,
}: {
  text: string
  label?: string
  maxChars?: number
}) {
  const [all, setAll] = useState(false)
  const shown = text.slice(0, all ? MAX_SHOWN_CHARS : maxChars)
  const isCut = text.length > maxChars
  return (
    <div className={styles.box}>
      <pre className={styles.text} dir="auto" tabIndex={0} role="region" aria-label={label}>
        {shown}
        {text.length > shown.length && '…'}
      </pre>
      <div className={styles.tools}>
        {isCut && (
          <Button variant="subtle" size="compact-xs" onClick={() => setAll(!all)}>
            {all ? 'Show less' : moreText(text.length)}
          </Button>
        )}
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  )
}

function moreText(chars: number): string {
  const count = (of: number) => of.toLocaleString('en')
  if (chars <= MAX_SHOWN_CHARS) return `Show all ${count(chars)} characters`
  return `Show ${count(MAX_SHOWN_CHARS)} of ${count(chars)} characters`
}
