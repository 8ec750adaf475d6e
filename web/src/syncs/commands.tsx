import { CliLine } from '../parts/cli-line.tsx'
import { countText } from '../parts/number-text.ts'

const SHOWN = 3

/** The commands that do the same; of many, the first ones. */
export function Commands({ lines }: { lines: string[][] }) {
  return (
    <>
      {lines.slice(0, SHOWN).map((words) => (
        <CliLine key={words.join(' ')} words={words} />
      ))}
      {lines.length > SHOWN && <span>and {countText(lines.length - SHOWN)} more commands like these</span>}
    </>
  )
}
