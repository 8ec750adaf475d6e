import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { ErrorBox } from '../parts/error-box.tsx'

/** A screen that failed: the frame around it stays. */
export function ErrorScreen({ error, reset }: ErrorComponentProps) {
  return (
    <div style={{ padding: 20, maxWidth: 640, display: 'flex', flexDirection: 'column', gap: 12 }}>
      <ErrorBox
        error={error instanceof Error ? error : new Error(String(error))}
        what="This page could not be shown"
      />
      <Button variant="default" w="fit-content" onClick={reset}>
        Try again
      </Button>
    </div>
  )
}
