import { expect, test } from 'vitest'
import { reasonNames } from '../syncs/reasons.ts'
import { nextStep } from './next-step.ts'

const schedule = {
  ...{ provider_config_key: 'github', connection_id: "o'neil", name: 'issues', variant: 'team' },
  pausedBecause: null,
}

test('each reason has a next step: one sentence, and a command', () => {
  for (const reason of reasonNames) {
    const { text, cli } = nextStep(reason, schedule)
    expect(text).toMatch(/\.$/)
    expect(cli.length).toBeGreaterThan(0)
  }
})

test('the command names the schedule', () => {
  expect(nextStep('failing', schedule).cli).toEqual(['logs', 'github/issues::team', "o'neil"])
})

test('a schedule that paused itself is looked at before it is started', () => {
  expect(nextStep('paused', { ...schedule, pausedBecause: '5 runs failed' }).text).toContain('last run')
  expect(nextStep('paused', schedule).does).toBe('start')
})
