import { program } from '../../cli/src/program.ts'
import { cell } from './markdown.ts'

type Command = (typeof program.commands)[number]

/** Each command with its arguments and options, as `--help` says it. */
export function cliPage(): string {
  const commands = shown(program).flatMap((it) => (it.commands.length === 0 ? [it] : shown(it)))
  return `# Command line

\`npx syncline <command>\`, from the package \`@syncline/cli\`; in a clone of the repository \`npm run --silent syncline -- <command>\`. All commands but
\`init\`, \`test\`, \`dryrun --from\`, \`provider check\` and \`completion\` need a running system: \`SYNCLINE_URL\` and \`SYNCLINE_KEY\`, or \`--url\`
and \`--key\`. \`env\` and \`key\` need \`SYNCLINE_ADMIN_KEY\`. Exit codes: 0 done, 1 an error, 2 a wrong command line (of \`deploy\` and \`import\`
with \`--dry-run\`: something would change), 3 of \`why\`: stale. With \`--json\` a command prints the answer of the API.

${commands.map(part).join('\n')}`
}

function shown(parent: Command): Command[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .filter((it) => it.name() !== 'help')
}

function part(command: Command): string {
  const parent = command.parent?.parent ? `${command.parent.name()} ` : ''
  const args = command.registeredArguments.map((it) => {
    const name = it.variadic ? `${it.name()}...` : it.name()
    return { text: it.required ? `<${name}>` : `[${name}]`, meaning: it.description }
  })
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter((it) => it.long !== '--help')
    .map((it) => ({
      text: it.flags,
      meaning: [it.description, it.envVar && `(${it.envVar})`].filter(Boolean).join(' '),
    }))
  const rows = [...args, ...options]
    .filter(({ text, meaning }) => meaning !== '' || text.startsWith('-'))
    .map(({ text, meaning }) => `| ${cell(`\`${text}\``)} | ${cell(meaning)} |`)
  const usage = ['syncline', parent + command.name(), ...args.map((it) => it.text)].join(' ')
  const table = rows.length === 0 ? '' : `\n| argument, option | meaning |\n|---|---|\n${rows.join('\n')}\n`
  return `## ${parent}${command.name()}\n\n\`${usage}\`: ${cell(command.description())}.\n${table}`
}
