import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, type ExampleSystem, INTEGRATION, startExampleSystem } from './example-system.ts'

let example: ExampleSystem

beforeAll(async () => {
  example = await startExampleSystem({ items: [] })
})
afterAll(() => example?.[Symbol.asyncDispose]())

const WITHIN_MS = 5000
/** What the machine may add: other tests run beside this one. Without a deadline of ours it would be minutes. */
const SPARE_MS = 3000
const TRIES = 5

async function get(path: string) {
  const started = performance.now()
  const response = await fetch(example.system.url + path, {
    headers: {
      authorization: `Bearer ${example.key}`,
      'provider-config-key': INTEGRATION,
      'connection-id': CONNECTION,
    },
  })
  return { status: response.status, body: await response.text(), ms: performance.now() - started }
}

/** The soonest of a few answers, if the first is late: a machine that has much else to do may be late, a wait in our code always is. */
async function soonest(path: string) {
  const answers = [await get(path)]
  while (answers.every(({ ms }) => ms >= WITHIN_MS + SPARE_MS) && answers.length < TRIES)
    answers.push(await get(path))
  return answers.toSorted((a, b) => a.ms - b.ms)[0] as (typeof answers)[number] // there is one
}

// A stopped process is the worst kind of away: its connections stay, and nothing comes.
test.each([
  ['redis', '/sync/status?provider_config_key=github&syncs=*&connection_id=demo'],
  // A status needs Redis only.
  ['clickhouse', '/records?model=GithubIssue&limit=3'],
  ['nats', '/integrations/nothing'],
] as const)(
  'while %s is away, readiness says so, and errors come within 5 s without addresses',
  async (store, path) => {
    const pid = example.system.processes.get(store)?.pid ?? 0
    example.kill(store, 'SIGSTOP')
    try {
      const refused = (asked: string, text: string) =>
        // The store may have answered once more before it stopped.
        eventually(async () => {
          const answer = await soonest(asked)
          expect(answer).toMatchObject({ status: 503, body: expect.stringContaining(text) })
          return answer
        })
      const answers = await Promise.all([
        refused(path, '"unavailable"'),
        refused('/health', store),
        refused('/readyz', store),
      ])
      const live = await fetch(`${example.system.processes.get('gateway')?.url}/livez`)
      expect(live.status).toBe(200)
      for (const { ms, body } of answers) {
        expect(ms).toBeLessThan(WITHIN_MS + SPARE_MS)
        expect(body).not.toMatch(/\d+\.\d+\.\d+\.\d+|localhost|ECONN|command\.dev|KV_|COMMANDS/)
      }
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    for (const path of ['/health', '/readyz'])
      await eventually(async () => expect((await get(path)).status).toBe(200))
  },
)
