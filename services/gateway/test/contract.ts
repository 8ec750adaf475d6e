import { createRoutes, openApi, type Route } from '@syncline/api'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export const document = openApi({ records: 500 })

const routes: Record<string, Route> = createRoutes({ records: 500 })

/** Their answers come from the stand-in of records, which need not give whole records. */
const asBytes = new Set(
  Object.entries<Route>(createRoutes({ records: 500 })).flatMap(([name, route]) =>
    route.answeredAsBytes ? [name] : [],
  ),
)

interface Operation {
  name: string
  pattern: RegExp
  method: string
  path: string
  responses: Record<string, { content?: Record<string, { examples?: object; schema?: unknown }> }>
}

const operations: Operation[] = Object.entries(document.paths ?? {})
  .flatMap(([path, item]) =>
    Object.entries(item as Record<string, Pick<Operation, 'responses'> & { operationId: string }>).map(
      ([method, { responses, operationId: name }]) => ({
        name,
        pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
        method: method.toUpperCase(),
        path,
        responses,
      }),
    ),
  )
  // A fixed part wins over a parameter, as it does in the router.
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length)

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'openapi', components: document.components })
const validators = new Map<unknown, ValidateFunction>()

/**
 * Fails when an answer of the gateway is not as its OpenAPI document says: a status, an error code or a body that is not
 * there. Passes over paths that the document does not have.
 */
export function checkAnswer(method: string, url: string, status: number, body: unknown): void {
  // The request was refused before its path was read.
  if (status === 408 || status === 431) return
  // The client has the answer already.
  if (status === 304) return
  const path = new URL(url).pathname
  const operation = operations.find((it) => it.method === method && it.pattern.test(path))
  if (operation === undefined) return
  const where = `${method} ${operation.path} answered ${status}`
  const response = operation.responses[status]
  if (response === undefined) throw new Error(`${where}, which is not in OpenAPI: ${JSON.stringify(body)}`)
  const content = response.content?.['application/json']
  if (content?.schema === undefined) {
    if (body !== undefined) throw new Error(`${where} with a body, which OpenAPI does not say`)
    return
  }
  const code = (body as { error?: { code?: string } } | undefined)?.error?.code
  if (code !== undefined && content.examples && !(code in content.examples))
    throw new Error(`${where} with the error '${code}', which is not in OpenAPI for it`)
  if (status === 200 && asBytes.has(operation.name)) return
  // A body that depends on what the client asked for.
  if (body === undefined && routes[operation.name]?.schema.response[status]?.safeParse(undefined).success)
    return
  const validate = validatorOf(content.schema)
  if (!validate(body))
    throw new Error(`${where} with another body than OpenAPI says: ${ajv.errorsText(validate.errors)}`)
}

function validatorOf(schema: unknown): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components'))
  const made = ajv.compile(absolute)
  validators.set(schema, made)
  return made
}
