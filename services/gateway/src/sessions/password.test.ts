import { expect, test } from 'vitest'
import { hashPassword, isPassword } from './password.ts'

/** Each check takes 100 ms of a processor by intent. */
const TIMEOUT_MS = 60_000

test(
  'a password opens what was stored of it, and nothing else does',
  async () => {
    const stored = await hashPassword('correct horse battery')
    expect(stored).toMatch(/^scrypt:32768:[\w-]{22}:[\w-]{43}$/)
    expect(stored).not.toContain('horse')
    expect(await isPassword('correct horse battery', stored)).toBe(true)
    expect(await isPassword('correct horse batterY', stored)).toBe(false)
    expect(await isPassword('correct horse battery', undefined)).toBe(false)
    expect(await hashPassword('correct horse battery')).not.toBe(stored)
  },
  TIMEOUT_MS,
)

test(
  'letters that are written in another way are the same password',
  async () => {
    expect(await isPassword('cafe\u0301 au lait bitte', await hashPassword('caf\u00e9 au lait bitte'))).toBe(
      true,
    )
  },
  TIMEOUT_MS,
)
