import { emitKeypressEvents, type Key } from 'node:readline'
import type { ReadStream } from 'node:tty'

export interface DevKey {
  key: string
  does: string
  press: () => void
}

/** Listens for single keys on a terminal, which is as it was when this is disposed. Ctrl-C calls `onQuit`. */
export function listenForKeys(terminal: ReadStream, keys: DevKey[], onQuit: () => void): Disposable {
  const pressed = (text: string | undefined, key: Key) => {
    if (key.ctrl && (key.name === 'c' || key.name === 'd')) onQuit()
    else keys.find((each) => each.key === text)?.press()
  }
  emitKeypressEvents(terminal)
  terminal.setRawMode(true)
  terminal.on('keypress', pressed)
  terminal.resume()
  return {
    [Symbol.dispose]: () => {
      terminal.off('keypress', pressed)
      terminal.setRawMode(false)
      terminal.pause()
    },
  }
}

export const keysText = (keys: DevKey[]): string => keys.map(({ key, does }) => `${key}  ${does}`).join('\n')
