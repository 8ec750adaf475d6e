import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { CliLine } from './cli-line.tsx'
import { ErrorBox } from './error-box.tsx'

interface Props {
  title: string
  /** What happens, and whether it can be taken back. */
  children?: ReactNode
  /** The word on the button: what it does. */
  action: string
  /** Of what destroys something. */
  danger?: boolean
  /** A word that has to be typed first, for what nobody can take back. */
  typed?: string
  /** Nothing to do yet. */
  disabled?: boolean
  cli?: (string | undefined | false)[] | undefined
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks before something is done, and shows the command that does the same. Stays open with the error if it fails. */
export function Confirm(props: Props) {
  const { title, children, action, danger = false, typed, disabled = false, cli, onConfirm, onClose } = props
  const [text, setText] = useState('')
  const [error, setError] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const confirm = async () => {
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        {children}
        {typed && (
          <TextInput
            label={`Type ${typed} to go on`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {cli && <CliLine words={cli} />}
        {error && <ErrorBox error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            color={danger ? 'red.9' : undefined}
            loading={busy}
            disabled={disabled || (typed !== undefined && text !== typed)}
            onClick={() => void confirm()}
            data-autofocus={typed || disabled ? undefined : true}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
