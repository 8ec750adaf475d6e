import { ActionIcon, Button, PasswordInput, Textarea, TextInput } from '@mantine/core'
import type { Scope } from '@syncline/api'
import type { ChangeEvent, ReactNode } from 'react'
import { ActionButton } from '../parts/action-button.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { Icon } from '../parts/icon.tsx'
import styles from './form-parts.module.css'

/** A form that is sent with the Enter key too. */
export function Form({
  label,
  onSubmit,
  children,
}: {
  label: string
  onSubmit: () => void
  children: ReactNode
}) {
  return (
    <form
      className={styles.form}
      aria-label={label}
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}

export function Group({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{title}</legend>
      {hint && <p className={styles.hint}>{hint}</p>}
      {children}
    </fieldset>
  )
}

export const Columns = ({ children }: { children: ReactNode }) => (
  <div className={styles.columns}>{children}</div>
)

/** Fields that few need: closed until they are wanted, or one of them has a problem. */
export function More({ title, open, children }: { title: string; open?: boolean; children: ReactNode }) {
  return (
    <details className={styles.more} {...(open && { open })}>
      <summary>{title}</summary>
      <div className={styles.group}>{children}</div>
    </details>
  )
}

interface TextProps {
  label: string
  description?: ReactNode
  placeholder?: string
  required?: boolean
  value: string
  error?: ReactNode
  onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void
}

/** A JSON object as text. */
export function JsonField(props: TextProps) {
  return (
    <Textarea
      {...props}
      className={styles.mono}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      dir="ltr"
    />
  )
}

/** A secret: nobody looking over a shoulder reads it, and no browser offers to keep it. */
export function SecretField({ long = false, ...props }: TextProps & { long?: boolean }) {
  if (long) return <JsonField {...props} />
  return <PasswordInput {...props} autoComplete="new-password" spellCheck={false} dir="ltr" />
}

interface Pair {
  name: string
  value: string
}

/** Texts by name: headers, tags. */
export function Pairs(props: {
  label: string
  add: string
  pairs: Pair[]
  error?: string | undefined
  onChange: (pairs: Pair[]) => void
}) {
  const { label, add, pairs, error, onChange } = props
  const replace = (index: number, change: Partial<Pair>) =>
    onChange(pairs.map((pair, i) => (i === index ? { ...pair, ...change } : pair)))
  return (
    <div className={styles.pairs} role="group" aria-label={label}>
      <span className={styles.label}>{label}</span>
      {pairs.map(({ name, value }, index) => (
        <div key={index} className={styles.pair}>
          <TextInput
            aria-label={`${label}: name ${index + 1}`}
            placeholder="name"
            value={name}
            onChange={(event) => replace(index, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`${label}: value ${index + 1}`}
            placeholder="value"
            value={value}
            onChange={(event) => replace(index, { value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${name || `row ${index + 1}`}`}
            onClick={() => onChange(pairs.filter((_, i) => i !== index))}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </div>
      ))}
      {error && (
        <span className={styles.problem} role="alert">
          {error}
        </span>
      )}
      <div>
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<Icon name="plus" size={12} />}
          onClick={() => onChange([...pairs, { name: '', value: '' }])}
        >
          {add}
        </Button>
      </div>
    </div>
  )
}

/** The end of a `Form`, whose `onSubmit` its button calls: its button, what else is known, the command that does the same, and what went wrong. */
export function SaveBar(props: {
  scope: Scope
  action: string
  busy: boolean
  disabled?: boolean
  beside?: ReactNode
  cli?: string[]
  error?: Error | undefined
  /** Of a long form: it stays in view. */
  sticky?: boolean
  onBack?: () => void
}) {
  const { scope, action, busy, disabled = false, beside, cli, error, sticky, onBack } = props
  return (
    <div className={styles.save} data-sticky={sticky || undefined}>
      {error && <ErrorBox error={error} />}
      <div className={styles.buttons}>
        <ActionButton
          scope={scope}
          type="submit"
          variant="filled"
          loading={busy}
          disabled={disabled}
          onClick={() => {}}
        >
          {action}
        </ActionButton>
        {onBack && (
          <Button variant="default" onClick={onBack}>
            Back
          </Button>
        )}
        {beside && <span className={styles.beside}>{beside}</span>}
      </div>
      {cli && <CliLine words={cli} />}
    </div>
  )
}
