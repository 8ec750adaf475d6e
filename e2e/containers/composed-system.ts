import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { ROOT } from '@syncline/launcher'
import { freePort } from '@syncline/testkit'
import { DockerComposeEnvironment, getContainerRuntimeClient, StartupCheckStrategy } from 'testcontainers'
import type { Docker } from './docker.ts'

const COMPOSE_TIMEOUT_MS = 300_000

export type Scale = Record<string, number>

/** The system of docker-compose.yml, on ports and data of its own. */
export interface ComposedSystem extends AsyncDisposable {
  url: string
  replayUrl: string
  /** `docker compose <args>` on this system; gives its output. */
  compose(...args: string[]): Promise<string>
  /** As `docker compose up -d --scale …`: what runs already stays. */
  up(scale: Scale): Promise<void>
  containers(service: string): Promise<Container[]>
}

export interface Container {
  id: string
  running: boolean
  exitCode: number
  /** What its health check says: `starting`, `healthy`, `unhealthy`; undefined without one. */
  health: string | undefined
  kill(): Promise<void>
  start(): Promise<void>
  log(): Promise<string>
}

/** The tests wait for what they need themselves. */
class NoWait extends StartupCheckStrategy {
  override async checkStartupState() {
    return 'SUCCESS' as const
  }
}

export async function startComposedSystem(docker: Docker, scale: Scale): Promise<ComposedSystem> {
  const project = `synclinetest${randomBytes(4).toString('hex')}`
  const [port, replayPort] = [await freePort(), await freePort()]
  const env = { SYNCLINE_PORT: String(port), REPLAY_PORT: String(replayPort) }
  const compose = async (...args: string[]) => {
    const [program, ...first] = docker.compose
    const { stdout } = await promisify(execFile)(program, [...first, '--project-name', project, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      timeout: COMPOSE_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  }
  const { container } = await getContainerRuntimeClient()
  const scales = (scale: Scale) =>
    Object.entries(scale).flatMap(([name, count]) => ['--scale', `${name}=${count}`])
  const environment = new DockerComposeEnvironment(ROOT, 'docker-compose.yml')
    .withEnvironment(env)
    .withProjectName(project)
    .withBuild()
    .withDefaultWaitStrategy(new NoWait())
    .withClientOptions({
      ...(docker.standalone && { executable: { standalone: true, executablePath: 'docker-compose' } }),
      commandOptions: scales(scale),
    })
  const started = await environment.up()
  return {
    url: `http://127.0.0.1:${port}`,
    replayUrl: `http://127.0.0.1:${replayPort}`,
    compose,
    async up(scale) {
      await compose('up', '--detach', '--no-recreate', ...scales(scale))
    },
    async containers(service) {
      const all = await container.dockerode.listContainers({ all: true })
      const ours = all.filter(
        ({ Labels }) =>
          Labels['com.docker.compose.project'] === project &&
          Labels['com.docker.compose.service'] === service,
      )
      return Promise.all(
        ours.map(async ({ Id }) => {
          const handle = container.getById(Id)
          const { State } = await handle.inspect()
          return {
            id: Id,
            running: State.Running,
            exitCode: State.ExitCode,
            health: State.Health?.Status,
            kill: async () => void (await handle.kill()),
            start: async () => void (await handle.start()),
            log: async () => (await handle.logs({ stdout: true, stderr: true })).toString(),
          }
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      await started.down({ removeVolumes: true, timeout: 1000 })
    },
  }
}
