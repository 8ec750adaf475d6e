// Processor time of a record of 1.1 KB: its text in the child, and what the runner does with the bytes of it.
import { batchOfTexts, encodeText } from '@syncline/record'
import { median } from '../median.ts'
import type { Figure, Options } from '../part.ts'
import { record } from '../records/payload.ts'
import { shown } from '../table.ts'

const REACH_US = 8
const PER_CALL = 1000

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [count, rounds] = smoke ? [2000, 3] : [50_000, 15]
  // As an API gives them: not in the order of their keys.
  const given = Array.from({ length: count }, (_, n) => {
    const { id, number, version, title, body, ...rest } = JSON.parse(record(n, 0, 80).payload.toString())
    return { id, number, version, title, body, ...rest }
  })
  const child: number[] = []
  const runner: number[] = []
  for (let round = 1; round <= rounds; round++) {
    let texts: string[] = []
    child.push(microseconds(count, () => (texts = given.map((value) => encodeText(value).text))))
    const calls = callsOf(texts)
    runner.push(
      microseconds(count, () => {
        for (const { bytes, sizes } of calls) if (!batchOfTexts(bytes, sizes)) throw new Error('no batch')
      }),
    )
    progress(`round ${round}: ${shown(child.at(-1))} + ${shown(runner.at(-1))} µs`)
  }
  const sum = median(child) + median(runner)
  return [
    {
      name: 'encoding a record of 1.1 KB, processor time: the text in the child + check and hash in the runner',
      value: `${shown(median(child))} + ${shown(median(runner))} = ${shown(sum)} µs`,
      reach: `≤ ${REACH_US} µs`,
      ok: sum <= REACH_US,
    },
  ]
}

function callsOf(texts: string[]) {
  const calls = []
  for (let from = 0; from < texts.length; from += PER_CALL) {
    const part = texts.slice(from, from + PER_CALL)
    calls.push({ bytes: Buffer.from(part.join('')), sizes: part.map((text) => Buffer.byteLength(text)) })
  }
  return calls
}

function microseconds(count: number, work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
