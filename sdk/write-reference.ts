import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes } from '@syncline/api'

// Writes the table of methods in README.md: `pnpm contract`. src/reference.test.ts says when that is needed.

const BEGIN = '<!-- reference: written by write-reference.ts -->\n'
const END = '<!-- end of reference -->'
const readme = join(import.meta.dirname, 'README.md')

interface Method {
  /** As it is called, such as `records.list`. */
  name: string
  method: string
  url: string
}

/** The methods of the resources, with the route that each calls: itself, or by another method of its class. */
export function readMethods(): Method[] {
  const folder = join(import.meta.dirname, 'src/resources')
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()
  const methods = files.flatMap((file) => {
    const resource = file.replace('.ts', '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    return methodsOf(readFileSync(join(folder, file), 'utf8'), `${resource}.`)
  })
  const client = readFileSync(join(import.meta.dirname, 'src/client.ts'), 'utf8')
  return [...methods, ...methodsOf(client, '')]
}

function methodsOf(text: string, prefix: string): Method[] {
  const parts = text.split(/^ {2}(?:async )?\*?(?=\w+(?:<.*>)?\()/m).slice(1)
  const bodies = new Map(parts.map((part) => [/^\w+/.exec(part)?.[0] ?? '', part.split('\n  }\n')[0] ?? '']))
  const routeOf = (name: string): [string, string] | undefined => {
    const body = bodies.get(name) ?? ''
    const [, method, url] = /this\.#call\(\s*'(\w+) ([^']+)'/.exec(body) ?? []
    if (method !== undefined && url !== undefined) return [method, url]
    const [, other] = /this\.(\w+)(?:<\w+>)?\(/.exec(body) ?? []
    return other === undefined || other === name ? undefined : routeOf(other)
  }
  return [...bodies.keys()].flatMap((name) => {
    const [method, url] = routeOf(name) ?? []
    return method === undefined || url === undefined ? [] : [{ name: prefix + name, method, url }]
  })
}

/** README.md with the table as it has to be. */
export function withReference(text: string): string {
  const routes = Object.values(createRoutes({ records: 1 }))
  const rows = readMethods().map(({ name, method, url }) => {
    const route = routes.find((it) => it.method === method && it.url === url)
    if (route === undefined) throw new Error(`${name} calls ${method} ${url}, which is no route`)
    return `| \`${name}\` | \`${method} ${url}\` | ${route.summary} |`
  })
  const table = ['| method | route | what it does |', '|---|---|---|', ...rows].join('\n')
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error('README.md has no place for the reference')
  return `${before}${BEGIN}\n${table}\n\n${END}${after}`
}

if (import.meta.main) writeFileSync(readme, withReference(readFileSync(readme, 'utf8')))
