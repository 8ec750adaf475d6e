import { Select, Switch, TextInput } from '@mantine/core'
import type { LogLine } from '@syncline/api'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { CopyButton } from '../parts/copy-button.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { Icon } from '../parts/icon.tsx'
import { countText } from '../parts/number-text.ts'
import { Section } from '../parts/screen.tsx'
import { exactText } from '../parts/time-text.ts'
import { filterLines, type LogLevel, logLevels, logText } from './log.ts'
import styles from './run.module.css'
import { useLog } from './use-log.ts'

const LINE_PX = 20
/** A longer text is cut until somebody wants all of it. */
const LINE_CHARS = 1000

/** The log: followed while the run goes on, by level, by text; as many lines as there are. */
export function Log(props: { runId: string; isOver: boolean; finishedAt: string | null }) {
  const { runId, isOver, finishedAt } = props
  const { data: log, error } = useLog(runId, finishedAt)
  const [least, setLeast] = useState<LogLevel>('debug')
  const [text, setText] = useState('')
  const [follows, setFollows] = useState(!isOver)
  const lines = useMemo(() => filterLines(log?.lines ?? [], least, text), [log, least, text])
  const total = log?.lines.length ?? 0
  return (
    <Section title="Log" beside={isOver ? undefined : 'live'}>
      <div className={styles.logTools}>
        <TextInput
          className={styles.logSearch}
          type="search"
          leftSection={<Icon name="search" size={14} />}
          placeholder="Search the log"
          aria-label="Search the log"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          aria-label="Least level"
          style={{ width: 150 }}
          data={logLevels.map((level) => ({
            value: level,
            label: level === 'debug' ? 'all levels' : `${level} and above`,
          }))}
          value={least}
          allowDeselect={false}
          onChange={(level) => setLeast(logLevels.find((it) => it === level) ?? 'debug')}
        />
        {!isOver && (
          <Switch
            size="xs"
            label="Follow"
            checked={follows}
            onChange={(event) => setFollows(event.currentTarget.checked)}
          />
        )}
        <span className={styles.logCount}>
          {lines.length < total && `${countText(lines.length)} of `}
          {countText(total)} lines
          {log && log.dropped > 0 && `, ${countText(log.dropped)} older ones are not shown`}
        </span>
        {total > 0 && <CopyButton text={logText(lines)} label="Copy these lines" />}
      </div>
      {error && !log && <ErrorBox error={error} what="The log could not be loaded" />}
      {lines.length === 0 ? (
        <p className={styles.notes}>{emptyText(total, isOver)}</p>
      ) : (
        <Lines
          lines={lines}
          dropped={log?.dropped ?? 0}
          follows={follows && !isOver}
          onScrollUp={() => setFollows(false)}
        />
      )}
    </Section>
  )
}

function Lines(props: { lines: LogLine[]; dropped: number; follows: boolean; onScrollUp: () => void }) {
  const { lines, dropped, follows, onScrollUp } = props
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  })
  useEffect(() => {
    if (follows && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [follows, lines.length, virtual])
  return (
    <div
      className={styles.log}
      ref={box}
      role="log"
      aria-label="Log lines"
      aria-live="off"
      tabIndex={0}
      style={{ height: virtual.getTotalSize() + 10 }}
      onWheel={(event) => event.deltaY < 0 && onScrollUp()}
    >
      <div className={styles.logRows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index]
          if (line === undefined) return null
          return (
            <div
              key={dropped + index}
              ref={virtual.measureElement}
              data-index={index}
              data-level={line.level}
              className={styles.logLine}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Line line={line} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Line({ line: { at, level, message } }: { line: LogLine }) {
  const [all, setAll] = useState(false)
  const isCut = message.length > LINE_CHARS
  return (
    <>
      <span className={styles.logTime} title={exactText(Date.parse(at))}>
        {at.slice(11, 23)}
      </span>
      <span className={styles.logLevel}>{level}</span>
      <span className={styles.logText} dir="auto">
        {isCut && !all ? `${message.slice(0, LINE_CHARS)}… ` : message}
        {isCut && (
          <button type="button" className={styles.logMore} onClick={() => setAll(!all)}>
            {all ? 'show less' : `show all ${countText(message.length)} characters`}
          </button>
        )}
      </span>
    </>
  )
}

function emptyText(total: number, isOver: boolean): string {
  if (total > 0) return 'No line fits the search.'
  return isOver ? 'It has logged nothing, or its log is not kept any more.' : 'No line yet.'
}
