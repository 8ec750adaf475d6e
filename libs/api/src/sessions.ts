import { z } from 'zod'
import { Success } from './answers.ts'
import { EnvironmentName, NoQuery } from './fields.ts'
import type { Route } from './route.ts'
import { Password, UserName } from './users.ts'

const url = '/session'

const Session = z
  .object({
    environments: z
      .array(
        z.object({
          name: z.string().describe('Name of the environment.'),
          scopes: z
            .array(z.enum(['read', 'operate', 'deploy', 'secrets']))
            .describe('What the session may do there.'),
          user: z.string().nullable().describe('The user who logged in. Null: it was a key.'),
        }),
      )
      .describe('The environments that the session opens, in the order of the logins.'),
    admin: z.boolean().describe('The session may call the routes of environments, keys and users.'),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

const createSession = {
  method: 'POST',
  url,
  summary: 'Log in, for a browser: with a key, or as a user of an environment.',
  description:
    'Sets a cookie that scripts cannot read. A request with this cookie and the header `X-Syncline-Environment` has the rights of the ' +
    'session in that environment; `-` stands for those of the admin key. Without the header, or from a page of another site, the cookie ' +
    'counts for nothing. A login with the cookie and the header adds to the session. It ends after 12 hours without a request, and after 30 days.',
  scope: 'none',
  holdsSecrets: true,
  errors: ['wrong_login', 'unknown_api_key', 'too_many_requests', 'forbidden'],
  schema: {
    querystring: NoQuery,
    body: z.union([
      z.strictObject({
        key: z.string().min(1).max(1024).describe('An API key, or the admin key.'),
      }),
      z.strictObject({ environment: EnvironmentName, user: UserName, password: Password }),
    ]),
    response: { 200: Session },
  },
} as const satisfies Route

const getSession = {
  method: 'GET',
  url,
  summary: 'Say what the session of this browser may do.',
  scope: 'none',
  holdsSecrets: true,
  errors: ['no_session', 'forbidden'],
  schema: { querystring: NoQuery, response: { 200: Session } },
} as const satisfies Route

const deleteSession = {
  method: 'DELETE',
  url,
  summary: 'Log out: of one environment, or of all.',
  scope: 'none',
  errors: ['no_session', 'forbidden'],
  schema: {
    querystring: z.strictObject({
      environment: EnvironmentName.optional().describe('Only of this environment.'),
    }),
    response: { 200: Success },
  },
} as const satisfies Route

export const sessionRoutes = { createSession, getSession, deleteSession }
