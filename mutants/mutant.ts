/** A fault that is put into the code on purpose, and the tests that must notice it. */
export interface Mutant {
  name: string
  /** What it breaks, in a few words; numbers are those of ARCHITECTURE, *Guarantees*. */
  attacks: string
  edits: Edit[]
  /** Test files that are run with it. */
  tests: string[]
  /** Only tests whose name contains this. */
  only?: string
}

export interface Edit {
  file: string
  /** Must be found exactly once. */
  search: string
  replace: string
}

/** @throws If the text does not hold the searched text exactly once: then the code has changed, and the mutant must too. */
export function mutated(text: string, { file, search, replace }: Edit): string {
  const found = text.split(search).length - 1
  if (found !== 1) throw new Error(`${file} has this text ${found} times instead of once:\n${search}`)
  return text.replace(search, () => replace)
}
