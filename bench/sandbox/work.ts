/** What every peer of these benchmarks does. */

export const AT_ONCE = 4

const CALLS = 200
const RECORDS = 500

/** Bodies of functions; `send` gives a batch of records to the parent and waits until it has them. */
export const trivial = 'return 6 * 7'
export const talkative = `
  const batch = Array.from({ length: ${RECORDS} }, (_, id) => ({
    id: String(id), name: 'n'.repeat(200), nested: { text: 'lorem ipsum '.repeat(60), flags: [true, false, null], amount: id / 7 },
  }))
  for (let n = 0; n < ${CALLS}; n += 4) await Promise.all([send(batch), send(batch), send(batch), send(batch)])
  return Buffer.byteLength(JSON.stringify(batch)) * ${CALLS}`

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** How many a second get done, AT_ONCE at a time. */
export async function rateOf(seconds: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  const until = started + seconds * 1000
  let done = 0
  const worker = async () => {
    while (performance.now() < until) {
      await work()
      done++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return (done * 1000) / (performance.now() - started)
}

export async function throughput(send: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  const bytes = Number(await send())
  return bytes / 1e6 / ((performance.now() - started) / 1000)
}
