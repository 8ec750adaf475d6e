import { aliases, type ModelType } from './model-type.ts'
import type { Problem } from './problem.ts'

interface Context {
  isModel: (name: string) => boolean
  report: (problem: Omit<Problem, 'path'>) => void
}

const TOKEN = /\s*('[^']*'|"[^"]*"|\||\(|\)|\[\s*\]|[^\s|()[\]'"][^|()[\]'"]*|\S)/y
const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const NUMBER = /^-?\d+(\.\d+)?$/
/** Of TypeScript. In the text of a literal they are more likely a mistake. */
const SYNTAX = /[<>{}()[\];&=,'"]/

/**
 * Reads a type as it is written in one text: `string`, `Contact[]`, `open | closed | null`. A word that is neither a type nor a
 * model is a literal.
 */
export function parseType(text: string, { isModel, report }: Context): ModelType {
  const tokens = [...text.matchAll(new RegExp(TOKEN, 'gy'))].map(([, token = '']) => token.trim())
  let at = 0

  function union(): ModelType {
    const of = [postfix()]
    while (tokens[at] === '|') {
      at++
      of.push(postfix())
    }
    return of.length === 1 ? (of[0] as ModelType) : { kind: 'union', of }
  }

  function postfix(): ModelType {
    let type = primary()
    while (tokens[at]?.startsWith('[') && tokens[at]?.endsWith(']')) {
      at++
      type = { kind: 'array', of: type }
    }
    return type
  }

  function primary(): ModelType {
    const token = tokens[at++]
    if (token === undefined) throw new TypeSyntaxError('a type is missing')
    if (token === '(') {
      const inner = union()
      if (tokens[at++] !== ')') throw new TypeSyntaxError("a ')' is missing")
      return inner
    }
    if (/^(['"]).*\1$/.test(token)) return { kind: 'literal', value: token.slice(1, -1) }
    return word(token)
  }

  function word(text: string): ModelType {
    if (Object.hasOwn(aliases, text)) {
      return { kind: 'named', name: aliases[text as keyof typeof aliases] } // it has the key
    }
    const literal = LITERALS.get(text)
    if (literal !== undefined) return { kind: 'literal', value: literal }
    if (NUMBER.test(text)) return { kind: 'literal', value: Number(text) }
    if (isModel(text)) return { kind: 'model', name: text }
    if (SYNTAX.test(text)) {
      throw new TypeSyntaxError('write X[] for arrays, nested fields for objects, __string for other keys')
    }
    const message = `'${text}' is neither a type nor a model: it is taken as the text '${text}'. Write '"${text}"' to say so`
    report({ code: 'model_is_literal', message })
    return { kind: 'literal', value: text }
  }

  try {
    const type = union()
    if (at < tokens.length) throw new TypeSyntaxError(`'${tokens[at]}' can't follow there`)
    return type
  } catch (error) {
    if (!(error instanceof TypeSyntaxError)) throw error
    report({ code: 'type_syntax_error', message: `'${text}' is not a type: ${error.message}` })
    return { kind: 'named', name: 'any' }
  }
}

class TypeSyntaxError extends Error {}
