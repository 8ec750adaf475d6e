import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { Scope } from '@syncline/api'
import type { MouseEventHandler, ReactNode } from 'react'
import { useScopes } from '../api/session.ts'

interface Props extends ButtonProps {
  /** What the session needs for it. Without it the button is disabled and says so. */
  scope: Scope
  onClick: MouseEventHandler<HTMLButtonElement>
  type?: 'button' | 'submit'
  children: ReactNode
}

/** A button that changes something. */
export function ActionButton({ scope, disabled, onClick, children, ...rest }: Props) {
  const missing = !useScopes().includes(scope)
  const button = (
    <Button
      variant="default"
      {...rest}
      // Not `disabled`: it has to be reached by keyboard, so that its reason is read.
      aria-disabled={missing || disabled}
      data-disabled={missing || disabled || undefined}
      onClick={(event) => (missing || disabled ? event.preventDefault() : onClick(event))}
    >
      {children}
    </Button>
  )
  if (!missing) return button
  return <Tooltip label={missingScope(scope)}>{button}</Tooltip>
}

export function missingScope(scope: Scope): string {
  if (scope === 'admin') return 'This needs the admin key: log in with it'
  return `This needs the scope ${scope}, which your login does not have`
}
