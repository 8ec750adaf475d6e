// pnpm variables: writes the table of docs/reference/configuration.md and the names that services know.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './service-process.ts'
import { knownVariablesSource, variableTable } from './variables.ts'

writeFileSync(join(ROOT, 'libs/service/src/known-variables.ts'), knownVariablesSource())
const docs = join(ROOT, 'docs/reference/configuration.md')
const marked = /(<!-- variables -->\n)[\s\S]*(\n<!-- end of variables -->)/
writeFileSync(
  docs,
  readFileSync(docs, 'utf8').replace(marked, (_, start, end) => `${start}\n${variableTable()}\n${end}`),
)
