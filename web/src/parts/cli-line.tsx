import styles from './cli-line.module.css'
import { CopyButton } from './copy-button.tsx'
import { shellLine } from './shell-line.ts'

/** The command that does the same as the button beside it: `<CliLine words={['trigger', 'github/issues', connection]} />`. */
export function CliLine({ words }: { words: (string | undefined | false)[] }) {
  const line = shellLine(['syncline', ...words.filter((word) => typeof word === 'string')])
  return (
    <div className={styles.line}>
      <code className={styles.text}>
        <span aria-hidden="true">$ </span>
        {line}
      </code>
      <CopyButton text={line} label="Copy the command" />
    </div>
  )
}
