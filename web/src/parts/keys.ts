import { useEffect, useRef } from 'react'

/** What a key does: `'/'`, `'j'`, `'Enter'`, or two keys after each other: `'g s'`. */
export type Bindings = Record<string, (event: KeyboardEvent) => void>

const SEQUENCE_MS = 1200
const layers: { current: Bindings }[] = []
let before = ''
let beforeAt = 0
let isInDialog = false

/** Keys of a part of the page, as long as it is shown. Of two parts with the same key the newer one has it. */
export function useKeys(bindings: Bindings): void {
  const layer = useRef(bindings)
  layer.current = bindings
  useEffect(() => {
    layers.push(layer)
    if (layers.length === 1) {
      window.addEventListener('keydown', noteDialog, true)
      document.addEventListener('keydown', onKey)
    }
    return () => {
      layers.splice(layers.indexOf(layer), 1)
      if (layers.length > 0) return
      window.removeEventListener('keydown', noteDialog, true)
      document.removeEventListener('keydown', onKey)
    }
  }, [])
}

/** Before a dialog sees the key: Escape closes it, and is meant for it alone. */
function noteDialog(): void {
  isInDialog = document.querySelector('[role="dialog"]') !== null
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const { target } = event
  if (isTyping(target) || isInDialog) return
  const both = event.timeStamp - beforeAt < SEQUENCE_MS ? `${before} ${event.key}` : ''
  const action = actionOf(both) ?? actionOf(event.key)
  before = action && both ? '' : event.key
  beforeAt = event.timeStamp
  if (!action) return
  // On a button or link these keys are its own.
  if ((event.key === 'Enter' || event.key === ' ') && target instanceof HTMLElement && isControl(target))
    return
  event.preventDefault()
  action(event)
}

function actionOf(keys: string) {
  return layers.findLast(({ current }) => keys in current)?.current[keys]
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

function isControl(target: HTMLElement): boolean {
  return target.closest('a, button, summary') !== null
}
