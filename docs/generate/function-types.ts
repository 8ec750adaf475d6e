import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const source = join(import.meta.dirname, '../../libs/function-types/src')

/** In the order in which an author needs them. */
const files: Record<string, string> = {
  'sync-definition': 'A sync',
  'action-definition': 'An action',
  'on-event-definition': 'A function at a moment of a connection',
  'http-methods': 'Requests and pages',
  'record-methods': 'Records and deletions',
  'checkpoint-methods': 'Checkpoints',
  'connection-methods': 'The connection',
  'log-methods': 'The log',
  'lock-methods': 'Locks',
  'trigger-methods': 'Triggers and actions',
  'function-facts': 'Where it runs',
  'nango-sync': 'All that a sync has',
  'nango-action': 'All that an action has',
  definitions: 'createSync, createAction, createOnEvent, ActionError',
}

/** The types of functions with their comments, as they stand in the source. */
export function functionTypesPage(): string {
  const parts = Object.entries(files).map(([file, title]) => {
    const text = readFileSync(join(source, `${file}.ts`), 'utf8')
    return `## ${title}\n\n\`\`\`ts\n${withoutImports(text)}\n\`\`\`\n`
  })
  return `# Types of functions

What \`@syncline/sdk\` gives to the author of a function, with every comment, as it stands in the source. [The \`nango\` object](functions.md) says
more about some of it.

${parts.join('\n')}`
}

function withoutImports(text: string): string {
  return text
    .replaceAll(/^(import .*|\/\/ .*)\n/gm, '')
    .replace(/\nfunction messageOf[\s\S]*$/, '')
    .trim()
}
