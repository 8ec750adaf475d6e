import { aboutRun, runLine } from '../about-run.ts'
import { median } from '../median.ts'
import { asMarkdownTable, shown } from '../table.ts'
import { type Figure, figures, type Reach } from './figures.ts'
import type { PeerName } from './peers.ts'

/** Every result of a run, by peer and figure. */
export type Results = Partial<Record<PeerName, { version: string; figures: Record<string, number[]> }>>

export type Report = ReturnType<typeof reportOn>

/** What is written to records.json. */
export function reportOn(results: Results, flags: string[]) {
  return {
    ...aboutRun(['pnpm bench:records', ...flags].join(' ')),
    versions: [`Node ${process.version}`, ...new Set(Object.values(results).map(({ version }) => version))],
    peers: Object.fromEntries(
      Object.entries(results).map(([name, peer]) => [
        name,
        Object.fromEntries(
          Object.entries(peer.figures).map(([key, runs]) => [key, { median: median(runs), runs }]),
        ),
      ]),
    ),
  }
}

export function table(report: Report): string[][] {
  const header = ['figure', 'Syncline', 'Postgres', 'ClickHouse', 'times better', 'reach', '']
  return [header, ...figures.flatMap((figure) => row(report, figure))]
}

/** For docs/reference/benchmarks.md. */
export function asMarkdown(report: Report): string {
  return `${runLine(report, report.versions)}\n\n${asMarkdownTable(table(report))}`
}

function row(report: Report, figure: Figure): string[][] {
  const value = (peer: PeerName) => report.peers[peer]?.[figure.key]?.median
  const ours = value('syncline')
  if (ours === undefined) return []
  const { reach } = figure
  const against = reach && 'against' in reach ? reach.against : 'postgres'
  const theirs = reach && 'atMost' in reach ? undefined : value(against)
  const ratio = theirs === undefined ? undefined : figure.better === 'more' ? ours / theirs : theirs / ours
  return [
    [
      `${figure.title} (${figure.unit})`,
      shown(ours),
      against === 'postgres' ? shown(value('postgres')) : '',
      against === 'clickhouse' ? shown(theirs) : '',
      ratio === undefined ? '' : `${shown(ratio)}×`,
      reach?.text ?? '',
      reach === undefined ? '' : reached(reach, ours, ratio) ? '✓' : '✗',
    ],
  ]
}

function reached(reach: Reach, ours: number, ratio: number | undefined): boolean {
  return 'atMost' in reach ? ours <= reach.atMost : ratio !== undefined && ratio >= reach.timesBetter
}
