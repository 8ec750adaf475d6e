import { Chip, Group as Row } from '@mantine/core'
import { type KeyScope, scopeMeaning, scopeNames } from './scopes.ts'
import styles from './settings.module.css'

/** What a key or a user may do. */
export function ScopeChoice(props: {
  scopes: KeyScope[]
  error: string | undefined
  onChange: (scopes: KeyScope[]) => void
}) {
  const { scopes, error, onChange } = props
  return (
    <div role="group" aria-label="What it may do">
      <Chip.Group
        multiple
        value={scopes}
        onChange={(names) => onChange(scopeNames.filter((name) => names.includes(name)))}
      >
        <Row gap={6}>
          {scopeNames.map((name) => (
            <Chip key={name} value={name} size="xs" title={scopeMeaning[name]}>
              {name}
            </Chip>
          ))}
        </Row>
      </Chip.Group>
      <p className={styles.quiet}>{scopes.map((name) => scopeMeaning[name]).join(' · ') || 'nothing'}</p>
      {error && (
        <p role="alert" className={styles.problem}>
          {error}
        </p>
      )}
    </div>
  )
}
