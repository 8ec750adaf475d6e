import { z } from 'zod'
import { DeletedWithConnections } from './connections.ts'
import { Cursor, countInBody, countInQuery, EnvironmentName, instant, NextCursor, NoQuery } from './fields.ts'
import type { Route } from './route.ts'
import { Validation } from './validation.ts'

/**
 * How many runs may be in flight at a time, the share of the runners beside other environments, and what is done about records
 * that do not fit their models.
 */
const limits = {
  max_runs: countInBody(1, 100_000).describe('How many runs may be in flight at a time: 1 to 100 000.'),
  weight: countInBody(1, 100).describe('Share of the runners beside other environments: 1 to 100.'),
  validate: Validation.describe(
    'What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails.',
  ),
}

export const Environment = z
  .object({
    name: z.string().describe('Its name.'),
    max_runs: limits.max_runs
      .nullable()
      .describe(
        'How many runs may be in flight at a time: 1 to 100 000. Null: SCHEDULER_MAX_RUNS_PER_ENVIRONMENT of the scheduler.',
      ),
    weight: limits.weight,
    validate: limits.validate,
    created_at: instant('When it was made'),
  })
  .meta({ id: 'Environment' })
export type Environment = z.infer<typeof Environment>

const url = '/environments/:environment'
const params = z.object({ environment: EnvironmentName })

const createEnvironment = {
  method: 'POST',
  url: '/environments',
  summary: 'Create an environment.',
  scope: 'admin',
  errors: ['already_exists'],
  schema: {
    querystring: NoQuery,
    body: z.strictObject({
      name: EnvironmentName.meta({ example: 'prod' }),
      max_runs: limits.max_runs.optional(),
      weight: limits.weight.optional(),
      validate: limits.validate.optional(),
    }),
    response: { 201: Environment },
  },
} as const satisfies Route

const listEnvironments = {
  method: 'GET',
  url: '/environments',
  summary: 'List the environments in the order of their names.',
  scope: 'admin',
  schema: {
    querystring: z.strictObject({
      limit: countInQuery(1, 1000).default(1000).describe('Environments in a page.'),
      cursor: EnvironmentName.optional().describe(Cursor.description ?? ''),
    }),
    response: {
      200: z.object({
        environments: z.array(Environment).describe('In the order of their names.'),
        next_cursor: NextCursor,
      }),
    },
  },
} as const satisfies Route

const getEnvironment = {
  method: 'GET',
  url,
  summary: 'Get an environment.',
  scope: 'admin',
  errors: ['unknown_environment'],
  schema: { params, querystring: NoQuery, response: { 200: Environment } },
} as const satisfies Route

const updateEnvironment = {
  method: 'PATCH',
  url,
  summary: 'Set how much of the runners an environment gets, and how its records are checked.',
  scope: 'admin',
  errors: ['unknown_environment'],
  schema: {
    params,
    querystring: NoQuery,
    body: z
      .strictObject({
        max_runs: limits.max_runs
          .nullable()
          .optional()
          .describe(
            'How many runs may be in flight at a time: 1 to 100 000. Null: SCHEDULER_MAX_RUNS_PER_ENVIRONMENT of the scheduler.',
          ),
        weight: limits.weight
          .nullable()
          .optional()
          .describe('Share of the runners beside others: 1 to 100. Null: 1.'),
        validate: limits.validate
          .nullable()
          .optional()
          .describe(
            'What syncs do that do not say it themselves when a record does not fit its model: nothing, they warn, or the save fails. Null: warn.',
          ),
      })
      .refine(
        ({ max_runs, weight, validate }) => [max_runs, weight, validate].some((given) => given !== undefined),
        'nothing to change',
      ),
    response: { 200: Environment },
  },
} as const satisfies Route

const deleteEnvironment = {
  method: 'DELETE',
  url,
  summary: 'Delete an environment with everything in it.',
  description:
    'Deletes its keys, syncs, connections, integrations, providers and variables; their schedules and records follow. It cannot be ' +
    'undone, so the name has to be given a second time as `confirm`. Functions for `pre-connection-deletion` of its connections run ' +
    'before, ten at a time; after 60 s none is begun any more. A request that fails half-way has deleted the keys first, and may be ' +
    'sent again.',
  scope: 'admin',
  errors: ['unknown_environment'],
  schema: {
    params,
    querystring: z.strictObject({ confirm: EnvironmentName.describe('The name once more.') }),
    response: { 200: DeletedWithConnections },
  },
} as const satisfies Route

export const environmentRoutes = {
  createEnvironment,
  listEnvironments,
  getEnvironment,
  updateEnvironment,
  deleteEnvironment,
}
