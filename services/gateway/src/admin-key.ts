import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'

/** Too many to guess. */
const FORM = /^[\x21-\x7e]{32,1024}$/

type Variables = Record<'SYNCLINE_ADMIN_KEY' | 'SYNCLINE_ADMIN_KEY_FILE', string>

/** The admin key by the variables of the gateway; undefined = there is none. */
export function adminKeyOf(env: Variables, context: z.RefinementCtx): string | undefined {
  const refuse = (name: keyof Variables, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message })
  const { SYNCLINE_ADMIN_KEY: given, SYNCLINE_ADMIN_KEY_FILE: file } = env
  if (given && file) refuse('SYNCLINE_ADMIN_KEY_FILE', 'SYNCLINE_ADMIN_KEY is set too, and one is enough')
  const name = given ? 'SYNCLINE_ADMIN_KEY' : 'SYNCLINE_ADMIN_KEY_FILE'
  try {
    const key = given || (file && readOrMake(file))
    if (key === '') return undefined
    if (FORM.test(key)) return key
    refuse(name, 'must be 32 to 1024 characters without spaces, for example made by: openssl rand -hex 32')
  } catch (error) {
    refuse(name, `the file cannot be read or made (${String(error)})`)
  }
  return undefined
}

/** Gateways that start together, with one volume, all get the same key: the first link wins, and it is of a complete file. */
function readOrMake(file: string): string {
  const made = `${file}.${randomUUID()}`
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  writeFileSync(made, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(made, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(made)
  }
  return readFileSync(file, 'utf8').trim()
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
