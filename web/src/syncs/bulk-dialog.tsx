import { Progress as Bar, Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { useEffect, useRef, useState } from 'react'
import { call } from '../api/call.ts'
import { queryClient } from '../api/query-client.ts'
import { useEnvironment } from '../api/session.ts'
import { countText } from '../parts/number-text.ts'
import { chunksOf, none, type Progress, pagesOf, runBulk, sumOf } from './bulk.ts'
import { type BulkAction, type Target, wordsOf } from './bulk-actions.ts'
import styles from './bulk-bar.module.css'

import { BulkResult } from './bulk-result.tsx'
import { bulkWords, chosenWords } from './command-lines.ts'
import { Commands } from './commands.tsx'
import type { SchedulesFilter } from './syncs-filter.ts'

interface Props {
  action: BulkAction
  target: Target
  filter: SchedulesFilter
  rows: Schedule[]
  onClose: () => void
}

type Phase =
  | { kind: 'asking' }
  | { kind: 'working'; progress: Progress }
  | { kind: 'ended'; progress: Progress; stopped: boolean }

/** One action on many schedules: how many before, how far during, what came of it after. */
export function BulkDialog({ action, target, filter, rows, onClose }: Props) {
  const environment = useEnvironment()
  const [phase, setPhase] = useState<Phase>({ kind: 'asking' })
  const [own, setOwn] = useState(true)
  const [text, setText] = useState('every hour')
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])
  const words = wordsOf(action)
  const count = target.kind === 'all' ? target.count : target.ids.length
  const frequency = own ? text.trim() : null
  const lines =
    target.kind === 'all'
      ? [bulkWords(action, filter, frequency)]
      : chosenWords(
          action,
          rows.filter(({ id }) => id !== null && target.ids.includes(id)),
          frequency,
        )

  const work = async (chunks: AsyncIterable<string[]> | Iterable<string[]>) => {
    const controller = new AbortController()
    stop.current = controller
    const { signal } = controller
    setPhase({ kind: 'working', progress: none })
    const act = async (ids: string[]) => {
      const body = { action, ids, ...(action === 'frequency' && { frequency }) }
      const answer = await call(environment, 'POST /schedules/actions', { body })
      return 'results' in answer ? answer.results : ('accepted' as const)
    }
    const onProgress = (progress: Progress) => setPhase({ kind: 'working', progress })
    const progress = await runBulk({ chunks, act, onProgress, signal }).catch((error: Error) => ({
      ...none,
      unknown: [{ ids: [], message: error.message }],
    }))
    setPhase({ kind: 'ended', progress, stopped: signal.aborted })
    void queryClient.invalidateQueries({ queryKey: ['api', environment] })
  }
  const pages = (cursor: string | null) =>
    call(environment, 'GET /schedules', {
      query: { ...filter, sort: 'place', limit: '100', ...(cursor && { cursor }) },
    }).then(({ schedules, next_cursor }) => ({
      ids: schedules.flatMap(({ id }) => id ?? []),
      next: next_cursor,
    }))
  const begin = () => void work(target.kind === 'all' ? pagesOf(pages) : chunksOf(target.ids))
  const isWorking = phase.kind === 'working'
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${words.title}: ${countText(count)} ${count === 1 ? 'schedule' : 'schedules'}`}
      closeOnClickOutside={!isWorking}
      closeOnEscape={!isWorking}
      withCloseButton={!isWorking}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        {phase.kind === 'asking' && (
          <>
            <span>
              {target.kind === 'all' ? 'All ' : ''}
              {countText(count)} {count === 1 ? 'schedule' : 'schedules'} {words.means}
            </span>
            {action === 'frequency' && (
              <>
                <SegmentedControl
                  aria-label="Which frequency"
                  value={own ? 'own' : 'deployed'}
                  onChange={(value) => setOwn(value === 'own')}
                  data={[
                    { value: 'own', label: 'This one' },
                    { value: 'deployed', label: 'As their syncs were deployed' },
                  ]}
                />
                {own && (
                  <TextInput
                    label="How often"
                    description="Such as: every 30 minutes, 6h, */15 * * * *, 0 6 * * 1-5 Europe/Berlin"
                    value={text}
                    onChange={(event) => setText(event.currentTarget.value)}
                    data-autofocus
                  />
                )}
              </>
            )}
            <Commands lines={lines} />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                Back
              </Button>
              <Button
                color={words.danger ? 'red.9' : undefined}
                onClick={begin}
                data-autofocus={action !== 'frequency' || undefined}
              >
                {words.title}
              </Button>
            </Group>
          </>
        )}
        {phase.kind !== 'asking' && (
          <>
            <Bar
              aria-label="Progress"
              value={(sumOf(phase.progress) / Math.max(count, 1)) * 100}
              color={phase.progress.unknown.length > 0 ? 'red' : undefined}
              transitionDuration={100}
            />
            <div className={styles.numbers} role="status">
              <span>
                {countText(sumOf(phase.progress))} of {countText(count)}
              </span>
              {phase.progress.refused.length > 0 && (
                <span className={styles.bad}>{countText(phase.progress.refused.length)} refused</span>
              )}
            </div>
          </>
        )}
        {isWorking && (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => stop.current?.abort()}>
              Stop after this chunk
            </Button>
          </Group>
        )}
        {phase.kind === 'ended' && (
          <BulkResult
            progress={phase.progress}
            stopped={phase.stopped}
            rows={rows}
            onAgain={(ids) => void work(chunksOf(ids))}
            onClose={onClose}
          />
        )}
      </Stack>
    </Modal>
  )
}
