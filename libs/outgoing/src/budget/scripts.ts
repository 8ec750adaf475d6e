import { type Script, script } from '@syncline/redis'

const at = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url)
const load = (name: string): Script => script(at(name), at('prelude'))

/** Every change of a budget is one of these scripts; estimate changes nothing but what is over. */
export const scripts = {
  take: load('take'),
  estimate: load('estimate'),
  leave: load('leave'),
  learn: load('learn'),
}
