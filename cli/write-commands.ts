import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { program } from './src/program.ts'

// Writes the list of commands in README.md: `pnpm contract`. src/program.test.ts says when that is needed.

const BEGIN = '<!-- commands: written by write-commands.ts -->\n'
const END = '<!-- end of commands -->'
const readme = join(import.meta.dirname, 'README.md')

/** README.md with the list as it has to be. */
export function withCommands(text: string): string {
  const shown = program
    .createHelp()
    .visibleCommands(program)
    .filter((it) => it.name() !== 'help')
  const rows = shown.flatMap((command) =>
    command.commands.length === 0
      ? [row(command.name(), command)]
      : command.commands.map((it) => row(`${command.name()} ${it.name()}`, it)),
  )
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error('README.md has no place for the commands')
  return `${before}${BEGIN}\n| command | what it does |\n|---|---|\n${rows.join('\n')}\n\n${END}${after}`
}

function row(name: string, command: (typeof program.commands)[number]): string {
  const args = command.registeredArguments.map((it) => {
    const text = it.variadic ? `${it.name()}...` : it.name()
    return it.required ? ` <${text}>` : ` [${text}]`
  })
  return `| \`${name}${args.join('')}\` | ${command.description()} |`
}

if (import.meta.main) writeFileSync(readme, withCommands(readFileSync(readme, 'utf8')))
