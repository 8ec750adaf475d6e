import type { DevEvent, ModelReport } from './dev-event.ts'

const RECORD_CHARS = 160
const FILES = 3

/** An event for people. */
export function devText(event: DevEvent): string {
  switch (event.event) {
    case 'watching':
      return `watching ${event.folder}${event.keys ? '; h lists the keys' : ''}`
    case 'saved': {
      const more = event.files.length > FILES ? ` and ${event.files.length - FILES} more` : ''
      return `\n${event.files.slice(0, FILES).join(', ')}${more}`
    }
    case 'deployed':
      return `deployed ${event.functions.map(({ integration, name }) => `${integration}/${name}`).join(', ')}`
    case 'unchanged':
      return 'no function has changed'
    case 'refused':
      return `error: ${event.function}: ${event.message}`
    case 'not_run':
      return `${event.sync} does not run: ${event.reason}`
    case 'running':
      return `${event.integration}/${event.sync} runs on '${event.connection}'`
    case 'error':
      return `error: ${event.message}`
    case 'ended':
      return endedText(event)
  }
}

function endedText({
  outcome,
  duration_ms,
  error,
  warning,
  models,
  logs,
}: Extract<DevEvent, { event: 'ended' }>) {
  const seconds = (duration_ms / 1000).toFixed(1)
  return [
    ...logs.map(({ level, message }) => `  ${level.padEnd(5)} ${message.replaceAll('\n', '\n        ')}`),
    outcome === 'success'
      ? `ended after ${seconds} s`
      : `${outcome} after ${seconds} s: ${error ?? 'no reason given'}`,
    ...(warning === null ? [] : [`warning: ${warning}`]),
    ...models.flatMap(modelLines),
  ].join('\n')
}

function modelLines({ model, added, updated, deleted, unchanged, records, first }: ModelReport): string[] {
  const total = records === null ? '' : `, ${records} in all`
  return [
    `  ${model}: ${added} added, ${updated} changed, ${deleted} deleted, ${unchanged} unchanged${total}`,
    ...first.map((record) => `    ${short(JSON.stringify(record))}`),
  ]
}

const short = (text: string) =>
  text.length <= RECORD_CHARS ? text : `${text.slice(0, RECORD_CHARS).toWellFormed()}…`
