import type { IncomingHttpHeaders } from 'node:http'
import type { Route, Routes, ServerAnswer, ServerRequest } from '@syncline/api'
import type { Dependencies } from '../dependencies.ts'
import type { Answer } from './answer.ts'
import type { Caller } from './caller.ts'
import type { PassedAnswer, RawRequest } from './raw.ts'
import type { Page } from './send-page.ts'

/** What is known of a request beside what it says. */
export interface RequestFacts {
  /** Of the request, for the log. */
  id: string
  /** Of the client, or of the nearest proxy that is not trusted. */
  ip: string
  protocol: string
  host: string
  /** As it was sent: for sessions. */
  raw: { headers: IncomingHttpHeaders }
  /** The one that the request's key opens; '' = it came with the admin key. */
  environment: string
  /** Undefined = the route needs no key. */
  caller: Caller | undefined
  /** The same for all tries of a request with an Idempotency-Key: a command with this id is applied once. */
  commandId: string | undefined
  /** An earlier try with the same Idempotency-Key has not said how it ended: it may have had its effect. */
  isResumed: boolean
}

/** Does the work of one endpoint. */
export type Handler<Name extends keyof Routes> = (
  dependencies: Dependencies,
  request: (Routes[Name] extends { rawBody: true } ? RawRequest : ServerRequest<Routes[Name]>) & RequestFacts,
) => Promise<Handled<Routes[Name]>>

export type Handlers = { [Name in keyof Routes]: Handler<Name> }

type Responses<R extends Route> = R['schema']['response']

/** The body of the usual status (200, or 201 where there is no 200), or an `Answer` with another one. */
type Handled<R extends Route> = R extends { rawBody: true }
  ? PassedAnswer
  : R extends { answeredAsBytes: true }
    ? Page
    : ServerAnswer<R, UsualStatus<R>> | OtherAnswer<R>

type UsualStatus<R extends Route> = 200 extends keyof Responses<R> ? 200 : 201 & keyof Responses<R>

type OtherAnswer<R extends Route> = {
  [Status in keyof Responses<R> & number]: Answer<Status, ServerAnswer<R, Status>>
}[keyof Responses<R> & number]
