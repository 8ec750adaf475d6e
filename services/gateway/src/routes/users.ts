import { randomUUID } from 'node:crypto'
import type { User as UserAnswer } from '@syncline/api'
import type { User } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Handler } from '../http/handler.ts'
import { hashPassword } from '../sessions/password.ts'

const USERS_MAX = 1000

export const createUser: Handler<'createUser'> = async ({ catalog, events }, { id, params, body }) => {
  const { environment } = params
  await catalog.environments.get(environment)
  if (catalog.users.list(environment).length >= USERS_MAX) {
    const message = `environment '${environment}' has ${USERS_MAX} users: delete some first`
    throw new AppError('resource_capped', message)
  }
  const { name, password, scopes = ['read'] } = body
  const createdAt = new Date().toISOString()
  const user = { environment, name, scopes, password: await stored(password), createdAt }
  await catalog.users.create(user, environment, name)
  events.userChanged({ request: id, environment, user: name, scopes }, 'user created')
  return userAnswer(user)
}

export const listUsers: Handler<'listUsers'> = async ({ catalog, keyUse }, { params: { environment } }) => {
  await catalog.environments.get(environment)
  const uses = await keyUse.of(environment)
  const users = catalog.users.list(environment).sort((a, b) => (a.name < b.name ? -1 : 1))
  return { users: users.map((user) => userAnswer(user, uses.get(`user:${user.name}`))) }
}

export const updateUser: Handler<'updateUser'> = async (
  { catalog, keyUse, events },
  { id, params, body: { scopes } },
) => {
  const { environment, name } = params
  await catalog.environments.get(environment)
  const user = await catalog.users.update((present) => ({ ...present, scopes }), environment, name)
  events.userChanged({ request: id, environment, user: name, scopes }, 'user has other scopes')
  return userAnswer(user, (await keyUse.of(environment)).get(`user:${name}`))
}

export const deleteUser: Handler<'deleteUser'> = async ({ catalog, keyUse, events }, { id, params }) => {
  const { environment, name } = params
  await catalog.environments.get(environment)
  const { scopes } = await catalog.users.get(environment, name)
  await catalog.users.delete(environment, name)
  events.userChanged({ request: id, environment, user: name, scopes }, 'user deleted')
  await keyUse.forget(environment, `user:${name}`)
  return { success: true }
}

export const setPassword: Handler<'setPassword'> = async ({ catalog, events }, { id, params, body }) => {
  const { environment, name } = params
  await catalog.environments.get(environment)
  const password = await stored(body.password)
  const { scopes } = await catalog.users.update((present) => ({ ...present, password }), environment, name)
  events.userChanged({ request: id, environment, user: name, scopes }, 'user has a new password')
  return { success: true }
}

async function stored(password: string): Promise<User['password']> {
  return { id: randomUUID(), hash: await hashPassword(password) }
}

function userAnswer({ name, environment, scopes, createdAt }: User, lastUsedAt?: number): UserAnswer {
  return {
    name,
    environment,
    scopes,
    created_at: createdAt,
    last_used_at: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
  }
}
