export type BulkAction = 'trigger' | 'pause' | 'start' | 'reset' | 'frequency'

interface Words {
  action: BulkAction
  title: string
  /** What happens, of `N schedules`. */
  means: string
  danger?: boolean
}

export const bulkActions: Words[] = [
  {
    action: 'trigger',
    title: 'Run now',
    means: 'run now, each from its checkpoint. One with an active run gets exactly one more.',
  },
  {
    action: 'pause',
    title: 'Pause',
    means: 'are paused: no slot becomes a run until they are started. Runs in progress complete.',
  },
  { action: 'start', title: 'Start', means: 'are started. Those that were paused run at once.' },
  {
    action: 'reset',
    title: 'Reset',
    means: 'forget their checkpoints and read everything again. Active runs are cancelled; records stay.',
    danger: true,
  },
  { action: 'frequency', title: 'Frequency', means: 'run as often as you say.' },
]

export const wordsOf = (action: BulkAction): Words =>
  bulkActions.find((it) => it.action === action) ?? { action, title: action, means: '' }

/** What an action is done with: chosen schedules, or all that match the filter. */
export type Target = { kind: 'some'; ids: string[] } | { kind: 'all'; count: number }
