import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import styles from './chart.module.css'

export interface Series {
  name: string
  /** A variable of the theme: `--good`. */
  color: string
  /** One for each time; null = not known. */
  values: (number | null)[]
}

interface Props {
  /** What it shows, for screen readers. */
  label: string
  /** Unix milliseconds. */
  times: number[]
  series: Series[]
  /** `bars` are stacked; lines are not. */
  kind?: 'bars' | 'lines'
  height?: number
  /** How a value is written: `countText`. */
  text: (value: number) => string
  /** A stretch of time that was chosen by dragging. */
  onSelect?: (from: number, to: number) => void
}

/** Values over time. Only for lazy screens: uPlot is not in the first bundle. */
export function Chart({ label, times, series, kind = 'lines', height = 160, text, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  const plot = useRef<uPlot>(undefined)
  const latest = useRef({ text, onSelect })
  latest.current = { text, onSelect }
  const data = dataOf(times, series, kind)
  const dataNow = useRef(data)
  dataNow.current = data
  const names = series.map(({ name, color }) => `${name} ${color}`).join()

  // A plot is made again when what it consists of changes; new values are given to the plot that there is.
  useEffect(() => {
    const element = box.current
    if (!element) return
    const made = new uPlot(optionsOf({ element, series, kind, height, latest }), dataNow.current, element)
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [names, kind, height, scheme])
  useEffect(() => {
    plot.current?.setData(dataNow.current)
  }, [JSON.stringify(data)])

  return (
    <figure className={styles.chart} aria-label={`${label}. ${summary(series, text)}`}>
      <div ref={box} aria-hidden="true" />
      <figcaption className={styles.legend}>
        {series.map(({ name, color, values }) => (
          <span key={name}>
            <i style={{ background: `var(${color})` }} />
            {name} <b>{lastText(values, text)}</b>
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

/** Stacked: each series is drawn with those before it below it, the highest first. */
function dataOf(times: number[], series: Series[], kind: 'bars' | 'lines'): uPlot.AlignedData {
  const x = times.map((ms) => ms / 1000)
  if (kind === 'lines') return [x, ...series.map(({ values }) => values)]
  const sums: number[][] = []
  for (const { values } of series) {
    const below = sums.at(-1)
    sums.push(values.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)))
  }
  return [x, ...sums.toReversed()]
}

function optionsOf({
  element,
  series,
  kind,
  height,
  latest,
}: {
  element: HTMLElement
  series: Series[]
  kind: 'bars' | 'lines'
  height: number
  latest: { current: Pick<Props, 'text' | 'onSelect'> }
}): uPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string) => style.getPropertyValue(name)
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 0 })
  const drawn = kind === 'bars' ? series.toReversed() : series
  const axis = { stroke: color('--muted'), font: `11px ${style.fontFamily}` }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: {
      drag: { x: latest.current.onSelect !== undefined, y: false },
      points: { show: kind === 'lines' },
    },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        size: 24,
        values: (_, splits) => timesText(splits),
      },
      {
        ...axis,
        size: 52,
        grid: { stroke: color('--line'), width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((value) => latest.current.text(value)),
      },
    ],
    series: [
      {},
      ...drawn.map(({ name, color: variable }) => ({
        label: name,
        stroke: color(variable),
        ...(kind === 'bars'
          ? {
              fill: `color-mix(in srgb, ${color(variable)} 72%, ${color('--surface')})`,
              width: 0,
              ...(bars && { paths: bars }),
            }
          : { width: 1.5 }),
        // A line needs two values beside each other: one alone is a point.
        points: kind === 'bars' ? { show: false } : { show: true, size: 5, filter: aloneOf },
      })),
    ],
    hooks: {
      setSelect: [
        (made) => {
          const { left, width } = made.select
          if (width < 4) return
          const [from, to] = [made.posToVal(left, 'x') * 1000, made.posToVal(left + width, 'x') * 1000]
          made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          latest.current.onSelect?.(from, to)
        },
      ],
    },
  }
}

/** The places of values that have no other one beside them. */
function aloneOf(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex] ?? []
  const isThere = (index: number) => values[index] !== null && values[index] !== undefined
  return Array.from(values.keys()).filter((i) => isThere(i) && !isThere(i - 1) && !isThere(i + 1))
}

/** Of an axis, in the reader's zone: `14:30`, and a day where one begins, or where days are apart. */
function timesText(seconds: number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0)
  return seconds.map((second) => {
    const at = new Date(second * 1000)
    const isDay = step >= 86_400 || (at.getHours() === 0 && at.getMinutes() === 0)
    if (isDay) return at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    return at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  })
}

function summary(series: Series[], text: (value: number) => string): string {
  return series.map(({ name, values }) => `${name}: ${lastText(values, text)} last`).join(', ')
}

function lastText(values: (number | null)[], text: (value: number) => string): string {
  const last = values.findLast((value) => value !== null)
  return last === undefined || last === null ? '–' : text(last)
}
