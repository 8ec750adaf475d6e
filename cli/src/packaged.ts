// The command line as it is published: one CommonJS file, which runs on older versions of Node too. See tsdown.config.ts.

// Of Node's FFI, which confines the children that read definitions.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') console.error(warning.stack)
})

async function main(): Promise<void> {
  if (!('AsyncDisposableStack' in globalThis && 'try' in Promise)) await import('./older-node.ts')
  const { run } = await import('./run.ts')
  process.exitCode = await run()
}

void main()
