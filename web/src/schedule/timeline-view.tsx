import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { cutText } from '../parts/cut-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { reasonWords } from '../parts/reason-badge.tsx'
import { durationText, exactText } from '../parts/time-text.ts'
import { clockText } from './clock-text.ts'
import { outcomeOf } from './outcome.ts'
import styles from './timeline.module.css'
import type { Mark, Timeline } from './timeline.ts'

const HEIGHT = 76
const RUN_Y = 8
const RUN_HEIGHT = 24
const SKIP_Y = 36
const SKIP_HEIGHT = 8
const LINE_Y = 50

/** The line itself. The list below it says the same in words. */
export function TimelineView({ line, width, label }: { line: Timeline; width: number; label: string }) {
  const environment = useEnvironment()
  return (
    <svg className={styles.line} width={width} height={HEIGHT} role="group" aria-label={label}>
      <defs>
        <pattern
          id="skipped"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect className={styles.hatch} width="2.5" height="6" />
        </pattern>
      </defs>
      {line.ticks.map(({ x, at }) => (
        <g key={at}>
          <line className={styles.tick} x1={x} x2={x} y1={4} y2={LINE_Y + 4} />
          <text className={styles.label} x={x} y={HEIGHT - 6} textAnchor={anchorOf(x, width)}>
            {clockText(at, line.ticks)}
          </text>
        </g>
      ))}
      <line className={styles.base} x1={0} x2={width} y1={LINE_Y} y2={LINE_Y} />
      {line.fresh && (
        <rect className={styles.fresh} x={line.fresh.x} width={line.fresh.width} y={LINE_Y - 2} height={4}>
          <title>fresh</title>
        </rect>
      )}
      {line.stale && (
        <rect className={styles.stale} x={line.stale.x} width={line.stale.width} y={LINE_Y - 2} height={4}>
          <title>stale</title>
        </rect>
      )}
      {line.marks.map((mark) =>
        mark.kind === 'skipped' ? (
          <rect
            key={`skipped ${mark.slots.first}`}
            className={styles.skipped}
            fill="url(#skipped)"
            x={mark.x}
            width={mark.width}
            y={SKIP_Y}
            height={SKIP_HEIGHT}
          >
            <title>{titleOf(mark)}</title>
          </rect>
        ) : (
          // Not for the keyboard: the list below has the same links.
          <PathLink
            key={mark.run.id}
            href={paths.run(environment, mark.run.id)}
            tabIndex={-1}
            aria-label={titleOf(mark)}
          >
            <rect
              className={styles.run}
              data-outcome={outcomeOf(mark.run)}
              rx={1.5}
              x={mark.x}
              width={mark.width}
              y={RUN_Y}
              height={RUN_HEIGHT}
            >
              <title>{titleOf(mark)}</title>
            </rect>
          </PathLink>
        ),
      )}
      {line.next !== null && (
        <rect className={styles.next} rx={1.5} x={line.next - 1.5} width={5} y={RUN_Y} height={RUN_HEIGHT}>
          <title>next slot</title>
        </rect>
      )}
      <line className={styles.now} x1={line.now} x2={line.now} y1={2} y2={LINE_Y + 6} />
    </svg>
  )
}

function titleOf(mark: Mark): string {
  if (mark.kind === 'skipped') {
    const { count, reason, first, last } = mark.slots
    const slots = count === 1 ? '1 slot skipped' : `${count} slots skipped`
    return `${slots}: ${reasonWords[reason][0]}\n${exactText(Date.parse(first))} to\n${exactText(Date.parse(last))}`
  }
  const { run } = mark
  const { startedAt, finishedAt } = run
  const took =
    startedAt && finishedAt ? `, ${durationText(Date.parse(finishedAt) - Date.parse(startedAt))}` : ''
  const error = run.error ? `\n${cutText(run.error)}` : ''
  return `${outcomeOf(run).replaceAll('_', ' ')}${took} (${run.cause})\n${exactText(Date.parse(startedAt ?? run.requestedAt))}${error}`
}

const anchorOf = (x: number, width: number) => (x < 24 ? 'start' : x > width - 24 ? 'end' : 'middle')
