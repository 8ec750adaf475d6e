import { z } from 'zod'
import { Success } from './answers.ts'
import { NoQuery, VariableName } from './fields.ts'
import type { Route } from './route.ts'

export const Variable = z.object({
  name: z.string().describe('Its name.'),
  value: z.string().describe('Its value.'),
})
export type Variable = z.infer<typeof Variable>

const url = '/environment-variables/:name'
const params = z.object({ name: VariableName })

const listVariables = {
  method: 'GET',
  url: '/environment-variables',
  summary: 'List the variables that functions can read.',
  scope: 'secrets',
  holdsSecrets: true,
  schema: { querystring: NoQuery, response: { 200: z.array(Variable) } },
} as const satisfies Route

const setVariable = {
  method: 'PUT',
  url,
  summary: 'Set a variable.',
  scope: 'deploy',
  errors: ['too_large'],
  schema: {
    params,
    querystring: NoQuery,
    body: z.strictObject({ value: z.string().max(65_536).describe('Up to 65 536 characters.') }),
    response: { 200: Success },
  },
} as const satisfies Route

const deleteVariable = {
  method: 'DELETE',
  url,
  summary: 'Delete a variable.',
  scope: 'deploy',
  errors: ['not_found'],
  schema: { params, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

export const variableRoutes = { listVariables, setVariable, deleteVariable }
