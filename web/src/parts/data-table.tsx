import { Checkbox, Loader, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type MouseEvent, memo, type ReactNode, useEffect, useRef, useState } from 'react'
import styles from './data-table.module.css'
import { ErrorBox } from './error-box.tsx'
import { Icon } from './icon.tsx'
import { keyRange } from './key-range.ts'
import { useKeys } from './keys.ts'
import { useOpenPath } from './path-link.tsx'

export interface Column<Row> {
  id: string
  title: string
  /** A track of a CSS grid: `90px`, `minmax(160px, 2fr)`. */
  width: string
  align?: 'end'
  /** What the server calls the order by this column; without it the column has no order. */
  sort?: string
  cell: (row: Row) => ReactNode
}

export interface Sort {
  by: string
  order: 'asc' | 'desc'
  change: (by: string, order: 'asc' | 'desc') => void
}

export interface Selection {
  keys: ReadonlySet<string>
  change: (keys: Set<string>) => void
}

/** What `usePages` gives beside the rows. */
interface Paging {
  isLoading: boolean
  error: Error | null
  hasMore: boolean
  loadMore: () => void
  onRange: (first: number, last: number) => void
}

interface Props<Row> {
  /** What the rows are, for screen readers. */
  label: string
  /** Defined outside of the component, or by `useMemo`: then only rows that have changed are rendered again. */
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  /** Where a row leads: a click, or enter. */
  hrefOf?: (row: Row) => string
  onOpen?: (row: Row) => void
  sort?: Sort
  selection?: Selection
  paging?: Paging
  /** Instead of rows, when there are none. */
  empty: ReactNode
  /** `fill`: the rest of the screen; a table among others has its own height, up to this many pixels. */
  height?: 'fill' | number
}

const ROW_PX = 32
const CARD_PX = 132
const MORE_PX = 36
/** Rows beyond the last one that is seen, before the next page is asked for. */
const AHEAD_ROWS = 30
/** The rest of the screen, but no more than its rows need. */
const filling = (neededPx: number) => ({
  flex: '1 1 0',
  minHeight: Math.min(320, neededPx),
  maxHeight: neededPx,
})
/** Variables of CSS, which the type of styles does not have. Heading and rows are as wide as their tracks need. */
const withTracks = (tracks: string[]) =>
  ({
    '--tracks': tracks.join(' '),
    '--least': `${8 + tracks.reduce((sum, it) => sum + leastPx(it), 0)}px`,
  }) as CSSProperties
/** Of `90px`, or `minmax(160px, 2fr)`. */
const leastPx = (track: string) => Number(/(\d+)px/.exec(track)?.[1] ?? 0)

/** Rows of any number, of which only those that are seen are in the page. Keys: j, k, enter, x, shift with x. On a narrow screen each row is a card. */
export function DataTable<Row>(props: Props<Row>) {
  const { columns, rows, rowKey, selection, paging, hrefOf, onOpen, height = 'fill' } = props
  const narrow = useMediaQuery('(max-width: 640px)', undefined, { getInitialValueInEffect: false }) ?? false
  const box = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string>()
  const openPath = useOpenPath()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? CARD_PX : ROW_PX),
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    },
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (!paging) return
    paging.onRange(first, last)
    if (paging.hasMore && last >= rows.length - AHEAD_ROWS) paging.loadMore()
  })

  const activeIndex = active === undefined ? -1 : rows.findIndex((row) => rowKey(row) === active)
  const move = (step: number) => {
    const index = Math.min(rows.length - 1, Math.max(0, activeIndex + step))
    const row = rows[index]
    if (row === undefined) return
    setActive(rowKey(row))
    virtual.scrollToIndex(index)
    // A button that was used before, such as a heading, would take the enter that opens the row.
    box.current?.focus({ preventScroll: true })
  }
  const open = (row: Row) => {
    if (onOpen) onOpen(row)
    else if (hrefOf) openPath(hrefOf(row))
  }
  // With shift, all rows from the one before are chosen.
  const anchor = useRef<string>(undefined)
  const toggle = (key: string, isRange: boolean) => {
    if (!selection) return
    const keys = new Set(selection.keys)
    if (isRange) for (const between of keyRange(rows.map(rowKey), anchor.current, key)) keys.add(between)
    else if (!keys.delete(key)) keys.add(key)
    anchor.current = key
    selection.change(keys)
  }
  const activeRow = rows[activeIndex]
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...(activeRow !== undefined && (onOpen || hrefOf) && { Enter: () => open(activeRow) }),
    ...(activeRow !== undefined &&
      selection && {
        x: () => toggle(rowKey(activeRow), false),
        X: () => toggle(rowKey(activeRow), true),
      }),
  })
  // Rows are rendered again only when they change: what they call is kept here.
  const calls = useRef({ open, toggle, setActive })
  calls.current = { open, toggle, setActive }

  if (paging?.error && rows.length === 0)
    return <ErrorBox error={paging.error} what="This list could not be loaded" />
  if (rows.length === 0 && !paging?.isLoading && !paging?.hasMore) return props.empty
  const isMore = paging?.isLoading || paging?.hasMore
  const neededPx = virtual.getTotalSize() + (narrow ? 2 : ROW_PX + 3) + (isMore ? MORE_PX : 0)
  const tracks = [...(selection ? ['30px'] : []), ...columns.map(({ width }) => width)]
  return (
    <div
      className={styles.box}
      ref={box}
      data-narrow={narrow || undefined}
      style={{ ...withTracks(tracks), ...(height === 'fill' ? filling(neededPx) : { maxHeight: height }) }}
      role="table"
      aria-label={props.label}
      aria-rowcount={paging?.hasMore ? -1 : rows.length + 1}
      // A box that scrolls has to be reached by keyboard.
      tabIndex={0}
    >
      <Head {...props} narrow={narrow} />
      <div className={styles.rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <div
              key={key}
              ref={narrow ? virtual.measureElement : undefined}
              data-index={index}
              className={styles.place}
              role="presentation"
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowOf
                row={row}
                rowKey={rowKey(row)}
                place={index + 2}
                columns={columns as Column<unknown>[]} // `memo` keeps no type parameter
                isActive={rowKey(row) === active}
                isSelected={selection ? selection.keys.has(rowKey(row)) : undefined}
                opens={Boolean(onOpen || hrefOf)}
                href={hrefOf?.(row)}
                calls={calls as Calls}
              />
            </div>
          )
        })}
      </div>
      {isMore && (
        <div className={styles.more}>
          <Loader size={14} /> loading
        </div>
      )}
    </div>
  )
}

function Head<Row>({ columns, rows, rowKey, sort, selection, narrow }: Props<Row> & { narrow: boolean }) {
  if (narrow) return null
  const all = rows.length > 0 && rows.every((row) => selection?.keys.has(rowKey(row)))
  return (
    <div className={styles.head} role="rowgroup">
      <div className={styles.row} role="row" aria-rowindex={1}>
        {selection && (
          <span className={styles.cell} role="columnheader">
            <Checkbox
              size="xs"
              aria-label="Select all that are loaded"
              checked={all}
              indeterminate={!all && selection.keys.size > 0}
              onChange={() => selection.change(all ? new Set() : new Set(rows.map(rowKey)))}
            />
          </span>
        )}
        {columns.map(({ id, title, align, sort: by }) => {
          const isSorted = by !== undefined && sort?.by === by
          const next = isSorted && sort.order === 'asc' ? 'desc' : 'asc'
          const order = sort?.order === 'asc' ? ('ascending' as const) : ('descending' as const)
          return (
            <span
              key={id}
              className={styles.cell}
              data-align={align}
              role="columnheader"
              aria-sort={isSorted ? order : undefined}
            >
              {by !== undefined && sort ? (
                <button type="button" className={styles.sort} onClick={() => sort.change(by, next)}>
                  {title}
                  {isSorted && <Icon name={sort.order === 'asc' ? 'up' : 'down'} size={12} />}
                </button>
              ) : title === '' ? (
                <VisuallyHidden>{id}</VisuallyHidden>
              ) : (
                title
              )}
            </span>
          )
        })}
      </div>
    </div>
  )
}

type Calls = {
  current: {
    open: (row: unknown) => void
    toggle: (key: string, isRange: boolean) => void
    setActive: (key: string) => void
  }
}

const RowOf = memo(function RowOf(props: {
  row: unknown
  rowKey: string
  place: number
  columns: Column<unknown>[]
  isActive: boolean
  isSelected: boolean | undefined
  opens: boolean
  href: string | undefined
  calls: Calls
}) {
  const { row, rowKey, columns, isSelected, calls, href } = props
  const onClick = (event: MouseEvent) => {
    // A link or button in the row does what it does.
    const inner = event.target instanceof Element && event.target.closest('a, button, input, label, summary')
    if (inner || window.getSelection()?.toString()) return
    calls.current.setActive(rowKey)
    if (!props.opens) return
    if (href && (event.ctrlKey || event.metaKey)) window.open(href, '_blank', 'noopener')
    else calls.current.open(row)
  }
  return (
    // The keyboard has j, k and enter, and the link in the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      className={styles.row}
      role="row"
      aria-rowindex={props.place}
      data-active={props.isActive || undefined}
      data-selected={isSelected || undefined}
      data-opens={props.opens || undefined}
      onClick={onClick}
    >
      {isSelected !== undefined && (
        <span className={styles.cell} role="cell">
          <Checkbox
            size="xs"
            aria-label="Select this row"
            checked={isSelected}
            // A change of a box is a click, with or without shift.
            onChange={({ nativeEvent }) =>
              calls.current.toggle(rowKey, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
            }
          />
        </span>
      )}
      {columns.map(({ id, title, align, cell }, index) => (
        <span
          key={id}
          className={styles.cell}
          data-align={align}
          data-title={title}
          data-first={index === 0 || undefined}
          role="cell"
          dir="auto"
        >
          {cell(row)}
        </span>
      ))}
    </div>
  )
})
