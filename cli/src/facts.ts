export type Fact = [label: string, value: string | number | null | undefined]

/** Labels and values in two columns. What has no value is left out. */
export function facts(all: Fact[]): string {
  const known = all.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...known.map(([label]) => label.length))
  return known.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n')
}
