import { readFileSync } from 'node:fs'

const EVERY_MS = 500
const MB = 1024

/** Samples the resident memory of a process. */
export function watchMemory(pid: number) {
  const samples = [residentMb(pid)]
  const timer = setInterval(() => samples.push(residentMb(pid)), EVERY_MS)
  return {
    peakMb: () => samples.reduce((peak, sample) => Math.max(peak, sample), 0),
    [Symbol.asyncDispose]: async () => clearInterval(timer),
  }
}

/** 0 when the process has ended. */
export function residentMb(pid: number): number {
  try {
    const [, kb] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m) ?? []
    return Math.round(Number(kb ?? 0) / MB)
  } catch {
    return 0
  }
}
