import { Agent, request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FuzzRequest, fuzzRequests } from './fuzz-requests.ts'
import { furnish, piece, startWorld, type World } from './world.ts'

const SEED = Number(process.env.FUZZ_SEED ?? 16)
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 3000)
const AT_ONCE = 20
/** Longer than anything in these tests takes on a busy machine. */
const DEADLINE_MS = 20_000
const MARKER = 'other-tenants-secret'

let world: World
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

beforeAll(async () => {
  world = await startWorld()
  world.records.listRecords = () => piece('[]')
  world.records.listVersions = () => piece('[]')
  const limit = { name: 'x', maxRuns: 0, running: 0, waiting: 0, weight: 1 }
  world.schedules.getCapacity = async () => ({ environment: limit, integrations: [], syncs: [], runners: [] })
  world.records.pruneRecords = async () => ({ count: 0, hasMore: false })
})
afterAll(async () => {
  agent.destroy()
  await world[Symbol.asyncDispose]()
})

interface Answered {
  status: number
  text: string
}

function send(key: string, { method, path, headers, body }: FuzzRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.url)
    const all = {
      ...headers,
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    }
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const sent = request({ agent, hostname, port, method, path, headers: all, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Sends all and gives what is wrong with each answer. */
async function faultsOf(key: string, requests: FuzzRequest[]): Promise<string[]> {
  const faults: string[] = []
  const left = requests.values()
  const worker = async () => {
    for (const each of left) {
      const shown = JSON.stringify(each).slice(0, 600)
      try {
        const { status, text } = await send(key, each)
        if (status >= 500) faults.push(`${status} ${text.slice(0, 300)} to ${shown}`)
        if (/\n\s+at |node_modules|\.ts:\d/.test(text))
          faults.push(`a stack trace in ${text.slice(0, 300)} to ${shown}`)
        if (text.includes(MARKER)) faults.push(`another environment's data to ${shown}`)
      } catch (error) {
        faults.push(`${error} to ${shown}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return faults
}

test(`${REQUESTS} requests of any kind (seed ${SEED}): no 5xx, no hang, no stack trace, nothing of another environment`, async () => {
  const own = await furnish(world)
  const other = await furnish(world)
  await other.api('/connections/metadata', {
    method: 'POST',
    json: { provider_config_key: 'github', connection_id: 'user-1', metadata: { marker: MARKER } },
  })
  await other.api(`/environment-variables/MARKER`, { method: 'PUT', json: { value: MARKER } })
  await other.api('/connections', {
    method: 'POST',
    json: {
      provider_config_key: 'github',
      connection_id: MARKER,
      credentials: { type: 'API_KEY', apiKey: MARKER },
    },
  })
  const requests = fc.sample(fuzzRequests(), { seed: SEED, numRuns: REQUESTS })
  // The key of an environment that has nothing, on every route.
  const stranger = await world.environment()
  const foreign = fc.sample(fuzzRequests(), { seed: SEED + 1, numRuns: Math.ceil(REQUESTS / 6) })
  const faults = [...(await faultsOf(own.key, requests)), ...(await faultsOf(stranger.key, foreign))]
  for (const line of world.log.filter((it) => it.includes('request failed')).slice(0, 10)) console.error(line)
  expect(faults.slice(0, 10)).toEqual([])
  // And it is all there.
  const left = await other.api('/connections/user-1?provider_config_key=github')
  expect(left.body.metadata).toEqual({ marker: MARKER })
})
