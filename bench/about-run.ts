import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** What a run of a benchmark was made on. */
export function aboutRun(command: string) {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') ? ' (changed)' : ''),
    command,
    machine: {
      cpus: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      memoryGb: Math.round(totalmem() / 1024 ** 3),
      system: `${process.platform} ${release()}`,
    },
  }
}

/** The same in words. */
export function runLine({ date, commit, command, machine }: ReturnType<typeof aboutRun>, versions: string[]) {
  return [
    `${date.slice(0, 10)}, commit ${commit}, \`${command}\`: ${machine.cpus}, ${machine.memoryGb} GB,`,
    `${machine.system}; ${versions.join(', ')}.`,
  ].join('\n')
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}
