import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  cloudEvent,
  Event,
  eventData,
  eventTokens,
  eventTypes,
  runOutcomes,
  staleReasons,
} from '@syncline/events'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connectBus, publish, subjects } from '../src/index.ts'

const docs = readFileSync(join(import.meta.dirname, '../../../docs/reference/events.md'), 'utf8')
const block = (text: string, kind: string) =>
  new RegExp(`\`\`\`${kind}(?: test=\\S+)?\\n(.*?)\`\`\``, 's').exec(text)?.[1]

test('docs/reference/events.md has the types that there are, each with an example that fits', () => {
  const whole = JSON.parse(block(docs, 'json') ?? '')
  expect(Event.parse(whole)).toEqual(whole)
  const sections = docs.split('\n### ').slice(1)
  expect(sections.map((text) => text.split('\n')[0]).toSorted()).toEqual(eventTypes.toSorted())
  for (const type of eventTypes) {
    const section = sections.find((text) => text.startsWith(`${type}\n`)) ?? ''
    const example = type === whole.type ? whole.data : JSON.parse(block(section, 'json data') ?? '')
    expect(eventData[type].strict().parse(example)).toEqual(example)
  }
  for (const word of [...runOutcomes, ...staleReasons]) expect(docs).toContain(`\`${word}\``)
})

test('the consumer of docs/reference/events.md gets each event, also those of the time when it did not run', async () => {
  const prefix = namespace()
  const { url } = servers().nats
  await using bus = await connectBus({ url, prefix, replicas: 1 }, 'test')
  const tell = (connection_id: string, environment = 'prod') => {
    const type = 'connection.reauthorized'
    const data = { provider_config_key: 'crm', connection_id, reason: 'it has new credentials' }
    const event = cloudEvent({ id: connection_id, type, environment, at: 0, data })
    return publish(bus, subjects.event, eventTokens({ type, environment }), event, { id: event.id })
  }
  // Beside this file, so that it finds the packages.
  await using folder = await mkdtempDisposable(join(import.meta.dirname, 'consumer-'))
  const file = join(folder.path, 'consumer.ts')
  await writeFile(file, block(docs, 'ts') ?? '')
  const env = { ...process.env, NATS_URL: url, NATS_PREFIX: prefix }
  const lines: string[] = []
  const run = (): ChildProcess & AsyncDisposable => {
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    const closed = new Promise((resolve) => child.once('close', resolve))
    return Object.assign(child, {
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await closed
      },
    })
  }
  const line = (id: string) => `1970-01-01T00:00:00.000Z connection.reauthorized ${id}`
  const info = () => bus.manager.consumers.info(`${prefix}_EVENTS`, 'webhooks')
  // A process that starts: on a machine that has much else to do that takes what it takes.
  const starting = { timeoutMs: 60_000 }
  await tell('one')
  {
    await using _consumer = run()
    await eventually(() => expect(lines).toEqual([line('one')]), starting)
    await tell('of-another-environment', 'dev')
    await tell('two')
    await eventually(() => expect(lines).toEqual([line('one'), line('two')]))
    await eventually(async () => expect((await info()).num_ack_pending).toBe(0))
  }
  // NATS has seen that the process is gone: it would give it the next event, and wait 30 s for an answer.
  await eventually(async () => expect((await info()).num_waiting).toBe(0))
  await tell('three')
  await using _again = run()
  await eventually(() => expect(lines).toEqual([line('one'), line('two'), line('three')]), starting)
})
