import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DevEvent } from '../dev/dev-event.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption } from '../show.ts'
import { UsageError } from '../usage-error.ts'

interface Options extends RestOptions, JsonOptions {
  on?: string
}

const QUIT = Symbol('quit')

export const dev = () =>
  restCommand('dev')
    .description(
      'watch a folder: deploy what is saved, run it on one connection, and show what it has changed',
    )
    .argument('[folder]', 'with <integration>/syncs/<name>.ts', '.')
    .option('--on <connection>', 'to run on; not needed where the integration has only one')
    .addOption(jsonOption())
    .action(async (given: string, { on, json, ...options }: Options) => {
      const folder = resolve(given)
      const client = clientOf(options)
      if (!(await isFolder(folder))) throw new UsageError(`there is no folder ${folder}`)
      const [{ DevLoop }, { watchFolder }, { keysText, listenForKeys }, { devText }, { showDiff }] =
        await Promise.all([
          import('../dev/dev-loop.ts'),
          import('../dev/watch-folder.ts'),
          import('../dev/dev-keys.ts'),
          import('../dev/dev-text.ts'),
          import('../dev/show-diff.ts'),
        ])
      const emit = (event: DevEvent) => console.log(json ? JSON.stringify(event) : devText(event))
      const stop = new AbortController()
      const quit = () => stop.abort(QUIT)
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, quit)
      const loop = new DevLoop({ client, folder, on, emit, signal: stop.signal })
      const keys = [
        { key: 'r', does: 'run again', press: () => loop.again({ reset: false }) },
        {
          key: 'R',
          does: 'forget the checkpoint and the records, and run',
          press: () => loop.again({ reset: true }),
        },
        {
          key: 'd',
          does: 'show what a run would change, and change nothing',
          press: () => loop.with((where, signal) => showDiff(client, folder, where, signal)),
        },
        { key: 'q', does: 'quit', press: quit },
        { key: 'h', does: 'list the keys', press: () => console.log(keysText(keys)) },
      ]
      await using open = new AsyncDisposableStack()
      const onGone = () => stop.abort(new Error(`the folder ${folder} was removed`))
      open.use(await watchFolder(folder, { onChange: (files) => loop.changed(files), onGone }))
      const hasKeys = process.stdin.isTTY === true && json !== true
      if (hasKeys) open.use(listenForKeys(process.stdin, keys, quit))
      emit({ event: 'watching', folder, keys: hasKeys })
      loop.changed([])
      if (!stop.signal.aborted) await once(stop.signal, 'abort')
      await open.disposeAsync()
      await loop.settled
      if (stop.signal.reason !== QUIT) throw stop.signal.reason
    })

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
