import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { queryClient, whenExpired } from './api/query-client.ts'
import { sessionQuery } from './api/session.ts'
import { ErrorScreen } from './shell/error-screen.tsx'
import { LoginScreen } from './shell/login-screen.tsx'
import { NotFoundScreen } from './shell/not-found-screen.tsx'
import { parseSearch, stringifySearch, type TextSearch } from './shell/search-text.ts'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ notFoundComponent: NotFoundScreen, validateSearch: textSearch })

const login = createRoute({ getParentRoute: () => root, path: '/ui/login', component: LoginScreen })

/** `/`: the environment that was looked at last, or else the first one of the session. */
const index = createRoute({ getParentRoute: () => root, path: '/', beforeLoad: toNow })
const ui = createRoute({ getParentRoute: () => root, path: '/ui', beforeLoad: toNow })

/** All screens are about one environment, whose name is in the path. */
const environment = createRoute({
  getParentRoute: () => root,
  path: '/ui/$environment',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery)
    if (session === null) throw redirect({ to: '/ui/login', search: { to: location.href } })
  },
})

const environmentIndex = createRoute({
  getParentRoute: () => environment,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/ui/$environment/now', params })
  },
})

// Each screen is a file of its own that is loaded when it is opened.
const screen = <const Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => environment, path, component })

const routeTree = root.addChildren([
  login,
  index,
  ui,
  environment.addChildren([
    environmentIndex,
    screen(
      'now',
      lazyRouteComponent(() => import('./now/now-screen.tsx'), 'NowScreen'),
    ),
    screen(
      'syncs',
      lazyRouteComponent(() => import('./syncs/syncs-screen.tsx'), 'SyncsScreen'),
    ),
    screen(
      'syncs/$integration/$connection/$sync',
      lazyRouteComponent(() => import('./schedule/schedule-screen.tsx'), 'ScheduleScreen'),
    ),
    screen(
      'runs',
      lazyRouteComponent(() => import('./runs/runs-screen.tsx'), 'RunsScreen'),
    ),
    screen(
      'runs/$run',
      lazyRouteComponent(() => import('./runs/run-screen.tsx'), 'RunScreen'),
    ),
    screen(
      'records',
      lazyRouteComponent(() => import('./records/records-screen.tsx'), 'RecordsScreen'),
    ),
    screen(
      'errors',
      lazyRouteComponent(() => import('./errors/errors-screen.tsx'), 'ErrorsScreen'),
    ),
    screen(
      'settings',
      lazyRouteComponent(() => import('./settings/settings-screen.tsx'), 'SettingsScreen'),
    ),
    screen(
      'settings/$tab',
      lazyRouteComponent(() => import('./settings/settings-screen.tsx'), 'SettingsScreen'),
    ),
  ]),
])

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: ErrorScreen,
  defaultPendingMs: 150,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

whenExpired(() => {
  const { href, pathname } = router.state.location
  if (pathname === '/ui/login') return
  queryClient.setQueryData(sessionQuery.queryKey, null)
  void router.navigate({ to: '/ui/login', search: { to: href, expired: 'yes' } })
})

async function toNow(): Promise<void> {
  const session = await queryClient.ensureQueryData(sessionQuery)
  const names = session?.environments.map(({ name }) => name) ?? []
  const last = localStorage.getItem('environment')
  const name = names.find((known) => known === last) ?? names[0]
  if (name === undefined) throw redirect({ to: '/ui/login', search: {} })
  throw redirect({ to: '/ui/$environment/now', params: { environment: name } })
}

/** Every parameter is a text: see `useFilters`. */
function textSearch(search: Record<string, unknown>): TextSearch {
  return search as TextSearch // `parseSearch` makes nothing else
}
