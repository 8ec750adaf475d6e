import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientAnswer, ClientRequest, Event, RouteAt } from '@syncline/api'
import { expect, expectTypeOf, test } from 'vitest'
import { typeFiles } from '../write-types.ts'
import type { SynclineEvent } from './api-types.ts'
import type { Endpoints } from './endpoints.ts'

// It makes all types anew, which takes seconds on a busy machine.
test('the types of the client are those of the contract', { timeout: 60_000 }, async () => {
  for (const [name, text] of Object.entries(await typeFiles())) {
    const written = readFileSync(join(import.meta.dirname, '..', name), 'utf8')
    expect(written, 'write them again: pnpm contract').toBe(text)
  }
})

// The rest is checked by `pnpm types`. The files are written from JSON schemas; here they meet what TypeScript infers of the contract.

type Contract<Endpoint> = Endpoint extends `${infer Method} ${infer Url}` ? RouteAt<Method, Url> : never
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Fields that a query writes as text may be written as what they mean. */
type Fits<A, B> = [A] extends [B] ? true : false

test('answers have the types of the contract', () => {
  type Wrong = {
    [E in keyof Endpoints]: Same<Endpoints[E]['answer'], ClientAnswer<Contract<E>>> extends true ? never : E
  }[keyof Endpoints]
  expectTypeOf<Wrong>().toBeNever()
  expectTypeOf<Same<SynclineEvent, Event>>().toEqualTypeOf<true>()
})

test('requests have the types of the contract', () => {
  type Wrong = {
    [E in keyof Endpoints]: {
      [Part in Exclude<keyof Endpoints[E], 'answer'>]: Fits<
        Endpoints[E][Part],
        Part extends keyof ClientRequest<Contract<E>> ? NonNullable<ClientRequest<Contract<E>>[Part]> : never
      > extends true
        ? never
        : [E, Part]
    }[Exclude<keyof Endpoints[E], 'answer'>]
  }[keyof Endpoints]
  expectTypeOf<Wrong>().toBeNever()
})
