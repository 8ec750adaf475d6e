const NAME = 'syncline_session'
const MAX_AGE_SECONDS = 30 * 86_400

/** The id of a session: 256 random bits. */
const ID = /^[\w-]{43}$/

/** The id in a `Cookie` header, if it has one of the right form. */
export function sessionIdOf(cookies: string | undefined): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name === NAME && ID.test(value)) return value
  }
  return undefined
}

/** Scripts can't read it, and no other site's page can have it sent. */
export function setCookie(id: string, { secure }: { secure: boolean }): string {
  return `${NAME}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE_SECONDS}${secure ? '; Secure' : ''}`
}

export const dropCookie = `${NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`
