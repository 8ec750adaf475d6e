import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '@syncline/errors'
import pLimit from 'p-limit'

// A check takes 32 MiB and a thread of Node's pool for some 100 ms.
const COST = 2 ** 15
const BLOCK = 8
const KEY_BYTES = 32
const MAX_MEMORY = 64 * 1024 * 1024
const AT_A_TIME = 2
const WAITING_MAX = 20

const limit = pLimit(AT_A_TIME)
const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)

/** What is stored of a password: `scrypt:<cost>:<salt>:<hash>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derived(password, salt, COST)
  return ['scrypt', COST, salt.toString('base64url'), key.toString('base64url')].join(':')
}

/** Of a user who is not there, `stored` is undefined: it takes the same time. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, cost, salt = '', hash = ''] = (stored ?? nobody).split(':')
  const key = await derived(password, Buffer.from(salt, 'base64url'), Number(cost))
  return timingSafeEqual(key, Buffer.from(hash, 'base64url')) && stored !== undefined
}

const nobody = ['scrypt', COST, 'AAAAAAAAAAAAAAAAAAAAAA', Buffer.alloc(KEY_BYTES).toString('base64url')].join(
  ':',
)

function derived(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  if (limit.pendingCount >= WAITING_MAX)
    throw new AppError('too_many_requests', 'too many logins wait for their turn: try again in some seconds')
  // The same letters may be written in two ways.
  const text = password.normalize('NFKC')
  return limit(() => derive(text, salt, KEY_BYTES, { N: cost, r: BLOCK, p: 1, maxmem: MAX_MEMORY }))
}
