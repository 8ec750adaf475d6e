import { z } from 'zod'
import { Success } from './answers.ts'
import { EnvironmentName, Instant, instant, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const UserScope = z.enum(['read', 'operate', 'deploy', 'secrets'])
const Scopes = z
  .array(UserScope)
  .min(1)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice')

export const UserName = z
  .string()
  .regex(/^[a-zA-Z0-9._@+-]{1,128}$/, 'must be 1 to 128 characters: letters, digits and . _ @ + -')
  .describe('Name of a user, such as an email address.')
export const Password = z.string().min(12).max(1024).describe('Any characters, 12 to 1024 of them.')

export const User = z
  .object({
    name: z.string().describe('Name of the user.'),
    environment: z.string().describe('Environment that the user may open.'),
    scopes: z.array(UserScope).describe('What the user may do there.'),
    created_at: instant('When the user was created'),
    last_used_at: Instant.nullable().describe(
      'The last request of a session of the user, within a minute. Null: none.',
    ),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

const url = '/environments/:environment/users'
const ofEnvironment = z.object({ environment: EnvironmentName })
const oneUser = ofEnvironment.extend({ name: UserName })

const createUser = {
  method: 'POST',
  url,
  summary: 'Create a user of an environment, who logs in to the dashboard with a password.',
  description: 'Of the password a slow hash is stored (scrypt). Without `scopes` the user may read.',
  scope: 'admin',
  holdsSecrets: true,
  errors: ['unknown_environment', 'already_exists', 'resource_capped'],
  schema: {
    params: ofEnvironment,
    querystring: NoQuery,
    body: z.strictObject({
      name: UserName,
      password: Password,
      scopes: Scopes.optional().describe('What the user may do; `read` when absent.'),
    }),
    response: { 201: User },
  },
} as const satisfies Route

const listUsers = {
  method: 'GET',
  url,
  summary: 'List the users of an environment.',
  scope: 'admin',
  errors: ['unknown_environment'],
  schema: {
    params: ofEnvironment,
    querystring: NoQuery,
    response: { 200: z.object({ users: z.array(User).describe('By name.') }) },
  },
} as const satisfies Route

const deleteUser = {
  method: 'DELETE',
  url: `${url}/:name`,
  summary: 'Delete a user: sessions of the user end at their next request.',
  scope: 'admin',
  errors: ['unknown_environment', 'not_found'],
  schema: { params: oneUser, querystring: NoQuery, response: { 200: Success } },
} as const satisfies Route

const updateUser = {
  method: 'PATCH',
  url: `${url}/:name`,
  summary: 'Change what a user may do: it counts from the next request of the user on.',
  scope: 'admin',
  errors: ['unknown_environment', 'not_found'],
  schema: {
    params: oneUser,
    querystring: NoQuery,
    body: z.strictObject({ scopes: Scopes.describe('What the user may do, as a whole.') }),
    response: { 200: User },
  },
} as const satisfies Route

const setPassword = {
  method: 'PUT',
  url: `${url}/:name/password`,
  summary: 'Give a user a new password: sessions of the user end at their next request.',
  scope: 'admin',
  holdsSecrets: true,
  errors: ['unknown_environment', 'not_found'],
  schema: {
    params: oneUser,
    querystring: NoQuery,
    body: z.strictObject({ password: Password }),
    response: { 200: Success },
  },
} as const satisfies Route

export const userRoutes = { createUser, listUsers, updateUser, deleteUser, setPassword }
