import { runOutcomes } from '@syncline/events'
import { z } from 'zod'
import { Instant, instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const ms = (what: string) => z.int().describe(`${what}, in milliseconds.`)

const Phases = z
  .object({
    queued_ms: ms('How long the run waited for a runner, since it was asked for or put back into the queue'),
    begin_ms: ms('How long its runner prepared it: its code, its connection, a process'),
    function_ms: ms('How long its function ran, without `saves_ms`'),
    saves_ms: ms('How long a write of records was under way while its function ran'),
    settle_ms: ms('How long what follows the function took: last writes, delete detection, the log'),
  })
  .describe('What it took its time for. All 0 while it has not ended.')

const Calls = z.object({
  host: z
    .string()
    .describe('Host of the API, with its port if that is not the usual one. `…`: all further hosts.'),
  status: z.int().nullable().describe('Status of the answers. Null: none came.'),
  count: z.int().describe('How many requests.'),
  retries: z.int().describe('How many of them repeated an earlier request of the same call.'),
  wait_ms: ms('How long they waited before they were sent, for a quota or between tries'),
  total_ms: ms('How long they took, added up'),
  max_ms: ms('How long the slowest of them took'),
})

const Batches = z.object({
  model: z.string().describe('Name of the model.'),
  calls: z.int().describe('How many writes.'),
  records: z.int().describe('Records in them.'),
  bytes: z.int().describe('Bytes of their payloads, as JSON.'),
  ms: ms('How long they took, added up'),
})

/** Of any shape: an object of values. */
const Checkpoint = z.record(z.string(), z.json()).nullable()

const Position = z
  .object({
    file: z.string().describe('File of the function, from its own folder.'),
    line: z.int().describe('Line, from 1.'),
    column: z.int().describe('Column, from 1.'),
    source: z
      .array(z.object({ line: z.int().describe('Line, from 1.'), text: z.string().describe('Its text.') }))
      .describe('The lines around it. Empty: the bundle was deployed without them.'),
  })
  .meta({ id: 'SourcePosition' })

/** A run goes on after the last three. */
export const attemptOutcomes = [...runOutcomes, 'throttled', 'handed_back', 'replaced'] as const

export const RunAttempt = z
  .object({
    attempt: z.int().describe('Its number, from 1.'),
    runner: z.string().describe('Id of the runner: host, process id, random.'),
    sandbox: z.string().nullable().describe('Level of isolation of the function. Null: not known.'),
    started_at: instant('When its runner got it'),
    ended_at: Instant.nullable().describe(
      'When it ended: ISO 8601 in UTC with milliseconds. Null: it has not ended.',
    ),
    outcome: z
      .enum(attemptOutcomes)
      .nullable()
      .describe(
        'How it ended. The run goes on after `throttled` (its API made it wait), `handed_back` (its runner stopped, or a service did not answer) and `replaced` (another attempt had taken over). Null: it has not ended.',
      ),
    error: z.string().nullable().describe('For people: what went wrong. Null: nothing.'),
    version: z.string().nullable().describe('Version of the sync. Null: not known.'),
    bundle: z.string().nullable().describe('Hash of the code that ran. Null: not known.'),
    phases: Phases,
    calls: z.array(Calls).max(100).describe('Requests to APIs, by host and status.'),
    batches: z.array(Batches).describe('Writes of records, by model.'),
    checkpoint: z
      .object({
        before: Checkpoint.describe('When the attempt began. Null: none.'),
        after: Checkpoint.describe('When the attempt ended. Null: none.'),
      })
      .nullable()
      .describe('Null: there was none, before and after, or it is not known.'),
    position: Position.nullable().describe('Where the function threw. Null: it did not, or it is not known.'),
  })
  .meta({ id: 'RunAttempt' })
export type RunAttempt = z.infer<typeof RunAttempt>

const listAttempts = {
  method: 'GET',
  url: '/runs/:id/attempts',
  summary: 'List the attempts of a run, and what they did.',
  description:
    'A runner reports an attempt when it ends. The report is kept as long as the log of the run (`RUN_LOG_TTL_DAYS`). An attempt in progress has its runner and its start only. An attempt whose runner died is missing.',
  scope: 'read',
  schema: {
    params: z.object({ id: z.string().min(1).max(255).describe('Id of a run.') }),
    querystring: NoQuery,
    response: {
      200: z.object({
        attempts: z.array(RunAttempt).max(100).describe('The first one first; the last 100 at most.'),
      }),
    },
  },
} as const satisfies Route

export const runAttemptRoutes = { listAttempts }
