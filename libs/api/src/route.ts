import type { ErrorCode } from '@syncline/errors'
import type { z } from 'zod'

/** What a key may be allowed to do. A key has a list of them; `admin` is the admin key only. */
export const scopes = ['read', 'operate', 'deploy', 'secrets', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** One endpoint of the REST API. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** One sentence in the imperative: OpenAPI, the SDK's reference and the help of the CLI show it. */
  summary: string
  /** What a caller has to know besides. */
  description?: string
  /** What a key needs to call it; `none` = anybody may, without a key. */
  scope: Scope | 'none'
  /** What it may answer besides the errors of every route: see `commonErrors`. */
  errors?: readonly ErrorCode[]
  /** Largest body of a request; 1 MiB when absent. */
  bodyMaxBytes?: number
  /** The answer may hold credentials or other secrets: nobody may store it. */
  holdsSecrets?: true
  /** Bodies of request and answer are bytes of any type, passed on as they come. The handler reads the request's own. */
  rawBody?: true
  /** An older name that clients of other engines use. */
  deprecated?: true
  /** The answer is JSON that another service made: it is sent on as it is. */
  answeredAsBytes?: true
  schema: {
    headers?: z.ZodType
    params?: z.ZodType
    querystring?: z.ZodType
    body?: z.ZodType
    /** By status. */
    response: Record<number, z.ZodType>
  }
}

type Part<R extends Route, Name extends keyof Route['schema']> =
  R['schema'] extends Record<Name, infer Schema extends z.ZodType> ? Schema : z.ZodUndefined

/** A request as the server reads it: checked, with defaults. */
export interface ServerRequest<R extends Route> {
  headers: z.output<Part<R, 'headers'>>
  params: z.output<Part<R, 'params'>>
  query: z.output<Part<R, 'querystring'>>
  body: z.output<Part<R, 'body'>>
}

/** A request as a client writes it. What may be absent as a whole is optional. */
export type ClientRequest<R extends Route> = Field<'headers', z.input<Part<R, 'headers'>>> &
  Field<'params', z.input<Part<R, 'params'>>> &
  Field<'query', z.input<Part<R, 'querystring'>>> &
  Field<'body', z.input<Part<R, 'body'>>>

type Field<Name extends string, T> = T extends undefined
  ? { [N in Name]?: never }
  : Record<string, never> extends T
    ? { [N in Name]?: T }
    : { [N in Name]: T }

type Responses<R extends Route> = R['schema']['response']

/** What a client gets when it succeeds. */
export type ClientAnswer<R extends Route> = {
  [Status in keyof Responses<R>]: Status extends 200 | 201 | 202 ? z.output<Responses<R>[Status]> : never
}[keyof Responses<R>]

/** What the server answers with a status. */
export type ServerAnswer<R extends Route, Status extends keyof Responses<R>> = z.input<Responses<R>[Status]>
