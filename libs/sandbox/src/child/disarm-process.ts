/**
 * The permission model leaves a function ways to harm others of our user: signals, SQLite files, raw descriptors. Until
 * the wall of the operating system is up, this takes the handles away by which one gets there. It raises the price for
 * mischief and stops accidents; it is no boundary.
 */
export function disarmProcess(): void {
  const names = [
    'kill',
    '_kill',
    'binding',
    '_linkedBinding',
    'dlopen',
    'getBuiltinModule',
    'mainModule',
    'report',
  ]
  for (const name of names) Reflect.deleteProperty(process, name)
  process.cwd = () => '/'
}
