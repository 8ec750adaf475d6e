import type { Session as SessionAnswer } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from '../http/answer.ts'
import { authenticateSecret } from '../http/authenticate.ts'
import type { Handler, RequestFacts } from '../http/handler.ts'
import { sessionOfRequest } from '../sessions/from-request.ts'
import { isPassword } from '../sessions/password.ts'
import { checkSameOrigin } from '../sessions/same-origin.ts'
import { dropCookie, setCookie } from '../sessions/session-cookie.ts'
import { type NewLogin, noSession, type Session } from '../sessions/sessions.ts'

export const createSession: Handler<'createSession'> = async (dependencies, request) => {
  checkSameOrigin(request)
  const { body } = request
  const login =
    'key' in body ? await withKey(dependencies, body.key) : await withPassword(dependencies, body, request.ip)
  const session = await dependencies.sessions.begin(login, sessionOfRequest(request)?.id)
  dependencies.events.loggedIn({
    request: request.id,
    environment:
      login.kind === 'admin' ? '' : login.kind === 'key' ? login.key.environment : login.environment,
    by: login.kind,
  })
  return new Answer(200, answerOf(session), {
    'set-cookie': setCookie(session.id, { secure: request.protocol === 'https' }),
  })
}

export const getSession: Handler<'getSession'> = async ({ sessions }, request) =>
  answerOf(await sessionOf(sessions, request))

export const deleteSession: Handler<'deleteSession'> = async ({ sessions }, request) => {
  const session = await sessionOf(sessions, request)
  const end = await sessions.end(session.id, request.query.environment)
  return new Answer(200, { success: true }, end === 'ended' ? { 'set-cookie': dropCookie } : {})
}

async function withKey(dependencies: Dependencies, secret: string): Promise<NewLogin> {
  const caller = await authenticateSecret(dependencies, secret.trim())
  if (caller.kind === 'admin') return caller
  if (caller.key.connection) {
    const message = 'this key reads one connection and nothing else: the dashboard shows an environment'
    throw new AppError('forbidden', message)
  }
  return { kind: 'key', key: caller.key, secret: secret.trim() }
}

/** Tries are counted before the password is looked at, and take the same time whether there is the user or not. */
async function withPassword(
  { catalog, loginLimits }: Dependencies,
  { environment, user: name, password }: { environment: string; user: string; password: string },
  address: string,
): Promise<NewLogin> {
  const who = `${environment}/${name}`
  await loginLimits.take(who, address)
  const user = catalog.users.peek(environment, name)
  if (!(await isPassword(password, user?.password.hash)) || user === undefined)
    throw new AppError('wrong_login', 'there is no such user in this environment, or the password is wrong')
  await loginLimits.forget(who, address)
  return { kind: 'user', environment, user: name, passwordId: user.password.id }
}

async function sessionOf(sessions: Dependencies['sessions'], request: RequestFacts): Promise<Session> {
  const given = sessionOfRequest(request)
  const session = given && (await sessions.find(given.id))
  if (session === undefined) throw noSession()
  return session
}

function answerOf({ environments, admin }: Session): SessionAnswer {
  return {
    environments: environments.map(({ access, user }) => ({
      name: access.environment,
      scopes: access.scopes,
      user,
    })),
    admin,
  }
}
