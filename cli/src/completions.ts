import addShells from '@bomb.sh/tab/commander'
import type { Command } from 'commander'

/** The last line of an answer says whether the shell adds the names of files. */
const NO_FILES = ':4'
const FILES = ':0'

/**
 * Adds `completion`, and the hidden `complete`, which the shell calls, to a command line that has all its other commands. The library
 * never lets a shell complete names of files: here it does so for arguments and options whose value is a `<file>` or a `<folder>`.
 */
export function addCompletions(program: Command): void {
  const root = addShells(program, { completionCommandName: 'completion' })
  const description = 'print a script that completes command lines, for your shell to load at its start'
  program.commands.find((command) => command.name() === 'completion')?.description(description)

  let files = false
  const wantFiles = () => {
    files = true
  }
  for (const [name, command] of named(program.commands)) {
    const shown = root.commands.get(name)
    if (shown === undefined) continue
    shown.description = command.description()
    for (const argument of shown.arguments.values())
      if (isFile(`<${argument.name}>`)) argument.handler = wantFiles
    for (const { long, flags } of command.options) {
      const option = shown.options.get(long?.slice(2) ?? '')
      if (option && isFile(flags)) option.handler = wantFiles
    }
  }
  // Its own, which `parse` calls last, always ends with NO_FILES.
  Object.assign(root, {
    complete(typed: string) {
      const start = typed.includes('=') ? typed.slice(typed.indexOf('=') + 1) : typed
      const lines = root.completions
        .filter(({ value }) => value.startsWith(start))
        .map(({ value, description }) => (description ? `${value}\t${description}` : value))
      for (const line of new Set(lines)) console.log(line)
      console.log(files ? FILES : NO_FILES)
    },
  })
}

const isFile = (text: string) => /<(file|folder)>/.test(text)

/** Commands with their full names, such as `key create`. */
function named(commands: readonly Command[], before = ''): [string, Command][] {
  return commands.flatMap((command) => {
    const name = `${before}${command.name()}`
    return [[name, command] as [string, Command], ...named(command.commands, `${name} `)]
  })
}
