import type { PeerName } from './peers.ts'

/** What is measured, and what the issue asks of it. */
export type Figure = {
  key: string
  title: string
  unit: 'records/s' | 'ms' | 'bytes' | 'MB' | '×'
  better: 'more' | 'less'
  reach?: Reach
}

export type Reach = { text: string } & ({ against: PeerName; timesBetter: number } | { atMost: number })

const vsPostgres = (text: string, timesBetter: number): Reach => ({ text, against: 'postgres', timesBetter })

export const figures: Figure[] = [
  ...[1, 8].flatMap((writers): Figure[] => {
    const by = writers === 1 ? '1 writer' : `${writers} writers`
    const common = { unit: 'records/s', better: 'more' } as const
    return [
      { key: `new.${writers}`, title: `new, ${by}`, ...common, reach: vsPostgres('≥ 2×', 2) },
      {
        key: `unchanged.${writers}`,
        title: `unchanged, ${by}`,
        ...common,
        reach: vsPostgres('≥ 2.5×', 2.5),
      },
      { key: `changed.${writers}`, title: `10 % changed, ${by}`, ...common, reach: vsPostgres('≥ 2×', 2) },
      {
        key: `new.${writers}`,
        title: `new, ${by}, next to bare inserts`,
        ...common,
        reach: { text: '≥ 50 % of ClickHouse', against: 'clickhouse', timesBetter: 0.5 },
      },
    ]
  }),
  {
    key: 'small.at-once',
    title: '200 streams × 50 at a time, all at once',
    unit: 'records/s',
    better: 'more',
    reach: vsPostgres('≥ 3×', 3),
  },
  {
    key: 'small.in-turn',
    title: '200 streams × 50 at a time, 8 at once',
    unit: 'records/s',
    better: 'more',
  },
  {
    key: 'read',
    title: 'full read, pages of 500',
    unit: 'records/s',
    better: 'more',
    reach: vsPostgres('≥ 1×', 1),
  },
  {
    key: 'page',
    title: 'page of 100 of 1 000 changed, p50',
    unit: 'ms',
    better: 'less',
    reach: vsPostgres('≤ 2× the time', 0.5),
  },
  {
    key: 'flat',
    title: 'the same page, largest stream to 10 k',
    unit: '×',
    better: 'less',
    reach: { text: 'flat (≤ 1.5×)', atMost: 1.5 },
  },
  {
    key: 'detect',
    title: 'delete detection: its end',
    unit: 'ms',
    better: 'less',
    reach: vsPostgres('≥ 3×', 3),
  },
  { key: 'pass', title: 'delete detection: whole pass', unit: 'ms', better: 'less' },
  { key: 'prune', title: 'prune', unit: 'ms', better: 'less', reach: vsPostgres('≥ 2×', 2) },
  { key: 'empty', title: 'empty', unit: 'ms', better: 'less', reach: vsPostgres('≥ 100×', 100) },
  { key: 'disk', title: 'disk per record', unit: 'bytes', better: 'less', reach: vsPostgres('≤ 1/3', 3) },
  {
    key: 'memory',
    title: 'memory of the process, peak',
    unit: 'MB',
    better: 'less',
    reach: { text: '≤ 400 MB', atMost: 400 },
  },
  {
    key: 'growth',
    title: 'memory after 10 minutes of full load, to the 2nd',
    unit: '×',
    better: 'less',
    reach: { text: 'flat (≤ 1.1×)', atMost: 1.1 },
  },
]
