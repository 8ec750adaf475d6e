import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes, type Route } from '@syncline/api'
import { parse } from 'shell-quote'
import { program } from '../../cli/src/program.ts'
import { ROOT } from './pages.ts'

const routes: Route[] = Object.values(createRoutes({ records: 500 }))
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
/** They do nothing that could be wrong. */
const builtins = ['cd', 'export', 'echo', 'eval', 'source', 'alias', '']
/** `$SYNCLINE_URL`, and the gateway of `npm start`. */
const API = /^(?:\$SYNCLINE_URL|https?:\/\/(?:127\.0\.0\.1|localhost):3003)(\/.*)$/

/** What is wrong with the commands of a script. A command that is none of ours is `unknown`: a test has to run it. */
export function shellProblems(script: string): { problems: string[]; unknown: string[] } {
  const problems: string[] = []
  const unknown: string[] = []
  for (const words of commandsOf(script)) {
    const [name = '', ...args] = words
    if (name === 'syncline') problems.push(...cliProblems(args))
    else if (name === 'curl' && args.some((it) => API.test(it))) problems.push(...curlProblems(args))
    else if (name === 'pnpm' && args[0] !== undefined && args[0] in scripts) continue
    else if (!builtins.includes(name)) unknown.push(words.join(' '))
  }
  return { problems, unknown }
}

/** The commands of a script with their words, without assignments and `npx`. Variables stay as they are written. */
function commandsOf(script: string): string[][] {
  return statementsOf(script).flatMap((statement) => {
    if (/^\w+\(\) \{/.test(statement)) return []
    const commands: string[][] = [[]]
    let isRedirect = false
    for (const token of parse(statement, (name) => `$${name}`)) {
      if (typeof token === 'object' && 'comment' in token) continue
      const word = typeof token === 'string' ? token : token.op === 'glob' ? token.pattern : undefined
      if (word === undefined) {
        isRedirect = typeof token === 'object' && 'op' in token && /^[<>]/.test(token.op)
        if (!isRedirect) commands.push([])
      } else if (isRedirect) isRedirect = false
      else commands.at(-1)?.push(word)
    }
    return commands.map(withoutPrefix).filter((words) => words.length > 0)
  })
}

function withoutPrefix(words: string[]): string[] {
  const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word) && word !== 'npx' && word !== '$')
  return first === -1 ? [] : words.slice(first)
}

/** A line, with those that continue it: after a backslash, or within quotes. */
function statementsOf(script: string): string[] {
  const statements: string[] = []
  let statement = ''
  for (const line of script.split('\n')) {
    statement += line
    if (line.endsWith('\\')) statement = statement.slice(0, -1)
    else if (isQuoteOpen(statement)) statement += '\n'
    else {
      statements.push(statement)
      statement = ''
    }
  }
  return [...statements, statement].filter((it) => it.trim() !== '')
}

function isQuoteOpen(text: string): boolean {
  const closed = text.replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"|(^|\s)#[^\n]*$/g, '')
  return /['"]/.test(closed)
}

function cliProblems(args: string[]): string[] {
  const shown = `syncline ${args.join(' ')}`
  if (args.length === 1 && args[0] === '--help') return []
  const named = program.commands.find((it) => it.name() === args[0])
  if (named === undefined) return [`${shown}: there is no such command`]
  const sub = named.commands.find((it) => it.name() === args[1])
  const fallback = named.commands.find((it) => it.name() === 'call')
  const command = sub ?? fallback ?? named
  if (command.commands.length > 0) return [`${shown}: there is no such command`]
  const rest = args.slice(sub === undefined ? 1 : 2)
  if (rest.includes('--help')) return []
  // Files that are named are not there, and stdin is not read.
  const { operands, unknown } = command.parseOptions(rest.map((it) => (/^(@.*|-)$/.test(it) ? '{}' : it)))
  const [first] = command.registeredArguments
  const place = operands[0]
  const required = command.registeredArguments.filter((it) => it.required).length
  const isVariadic = command.registeredArguments.some((it) => it.variadic)
  const most = isVariadic ? Number.POSITIVE_INFINITY : command.registeredArguments.length
  return [
    ...(unknown.length > 0 ? [`${shown}: there is no option ${unknown.join(' ')}`] : []),
    ...(first?.name() === 'integration' && place?.includes('/')
      ? [`${shown}: '${place}' is no integration`]
      : []),
    ...(operands.length < required || operands.length > most
      ? [`${shown}: it takes ${required} to ${most} arguments`]
      : []),
  ]
}

function curlProblems(args: string[]): string[] {
  const shown = `curl ${args.join(' ')}`
  const after = (...names: string[]) =>
    args.flatMap((arg, i) => (names.includes(arg) ? [args[i + 1] ?? ''] : []))
  const [, address = ''] = API.exec(args.find((it) => API.test(it)) ?? '') ?? []
  const { pathname, searchParams } = new URL(address, 'http://api')
  const [body] = after('-d', '--data')
  const method = after('-X', '--request')[0] ?? (body === undefined ? 'GET' : 'POST')
  const route = routes.find((it) => it.method === method && matches(it.url, decodeURIComponent(pathname)))
  if (route === undefined) return [`${shown}: there is no route ${method} ${pathname}`]
  const headers = Object.fromEntries(
    after('-H', '--header').map((it) => {
      const [name = '', value = ''] = it.split(/: */)
      return [name.toLowerCase(), value]
    }),
  )
  const { schema, scope } = route
  const query = Object.fromEntries(searchParams)
  const checked = [
    schema.querystring?.safeParse(query),
    schema.headers?.safeParse(headers),
    schema.body?.safeParse(body === undefined ? undefined : JSON.parse(body)),
  ]
  // A variable of the shell may have any value.
  const issues = checked
    .flatMap((it) => it?.error?.issues ?? [])
    .filter(({ path: [name = ''] }) => !query[String(name)]?.includes('$'))
  return [
    ...issues.map(({ path, message }) => `${shown}: ${path.join('.')}: ${message}`),
    ...(scope !== 'none' && headers.authorization === undefined ? [`${shown}: it sends no key`] : []),
  ]
}

function matches(url: string, path: string): boolean {
  const pattern = url.replaceAll(/:\w+/g, '[^/]+').replace(/\*$/, '.+')
  return new RegExp(`^${pattern}$`).test(path)
}
