import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import pc from 'picocolors'
import { median } from './bench.ts'
import { type Figure, figures, type Reach } from './figures.ts'
import type { PeerName } from './peers.ts'

/** Every result of a run, by peer and figure. */
export type Results = Partial<Record<PeerName, { version: string; figures: Record<string, number[]> }>>

export type Report = ReturnType<typeof reportOn>

/** What is written to records.json. */
export function reportOn(results: Results, flags: string[]) {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') ? ' (changed)' : ''),
    command: ['pnpm bench:records', ...flags].join(' '),
    machine: {
      cpus: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      memoryGb: Math.round(totalmem() / 1024 ** 3),
      system: `${process.platform} ${release()}`,
    },
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

/** For the screen. */
export function asText(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .replace('✓', pc.green('✓'))
      .replace('✗', pc.red('✗'))
  return rows.map((cells, i) => (i === 0 ? pc.bold(line(cells)) : line(cells))).join('\n')
}

/** For docs/benchmarks.md. */
export function asMarkdown(report: Report): string {
  const [header = [], ...rows] = table(report)
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const { machine, versions } = report
  return [
    `${report.date.slice(0, 10)}, commit ${report.commit}, \`${report.command}\`: ${machine.cpus}, ${machine.memoryGb} GB,`,
    `${machine.system}; ${versions.join(', ')}.`,
    '',
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n')
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

function shown(value: number | undefined): string {
  if (value === undefined) return ''
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: digits }).replaceAll(',', ' ')
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}
