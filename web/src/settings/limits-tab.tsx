import { Select, TextInput } from '@mantine/core'
import type { Capacity, ClientRequest, Environment, RouteAt } from '@syncline/api'
import { useState } from 'react'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { notify } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Facts, Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { AdminOnly } from './admin-only.tsx'
import { Columns, Form, Group, SaveBar } from './form-parts.tsx'
import { limitsLine } from './lines.ts'
import { paging } from './list-state.ts'
import styles from './settings.module.css'
import { settingsPath } from './settings-path.ts'
import { useForm } from './use-form.ts'

/** How many runs there may be at a time: of the environment, of integrations and of syncs; and what there is to run them. */
export function LimitsTab() {
  const environment = useEnvironment()
  const answer = useApi('GET /capacity', {})
  const { data } = answer
  if (answer.error && !data) return <ErrorBox error={answer.error} what="The limits could not be loaded" />
  const whole = data?.environment
  return (
    <>
      <Section title={`Environment ${environment}`}>
        <Facts
          rows={[
            ['Runs in flight', whole ? countText(whole.running) : '–'],
            ['Waiting', whole ? countText(whole.waiting) : '–'],
            ['At most', whole ? maxText(whole.max_runs) : '–'],
            ['Weight', whole ? countText(whole.weight) : '–'],
          ]}
        />
        <AdminOnly what="Limits of the environment">
          <EnvironmentLimits environment={environment} />
        </AdminOnly>
      </Section>
      <Section title="Integrations" beside="Limits are set in each integration">
        <LimitTable
          label="Integrations"
          limits={data?.integrations}
          state={answer}
          link={(name) => settingsPath(environment, 'integrations', { open: name })}
        />
      </Section>
      <Section title="Syncs" beside="Limits are set in the function, as concurrency">
        <LimitTable label="Syncs" limits={data?.syncs} state={answer} />
      </Section>
      <Section title="Runners" beside="They serve all environments">
        <DataTable
          label="Runners"
          columns={runnerColumns}
          rows={data?.runners ?? []}
          rowKey={({ id }) => id}
          paging={paging(answer)}
          height={320}
          empty={<Empty title="No runner">Nothing runs until one is started. See docs/operations.md.</Empty>}
        />
      </Section>
    </>
  )
}

function EnvironmentLimits({ environment }: { environment: string }) {
  const answer = useApi(
    'GET /environments/:environment',
    { params: { environment } },
    { poll: false, admin: true },
  )
  if (answer.error) return <ErrorBox error={answer.error} what="The limits could not be loaded" />
  return answer.data ? <LimitsForm key={JSON.stringify(answer.data)} environment={answer.data} /> : null
}

type Update = ClientRequest<RouteAt<'PATCH', '/environments/:environment'>>['body']

function LimitsForm({ environment }: { environment: Environment }) {
  const { name, max_runs, weight, validate } = environment
  const [before] = useState({
    max_runs: max_runs === null ? '' : String(max_runs),
    weight: weight === 1 ? '' : String(weight),
    validate: String(validate),
  })
  const form = useForm(before, ['max_runs', 'weight', 'validate'])
  const update = useAction('PATCH /environments/:environment', { admin: true })
  const { values } = form
  const count = (text: string) => (text === '' ? null : Number(text))
  const body: Update = {
    ...(values.max_runs !== before.max_runs && { max_runs: count(values.max_runs) }),
    ...(values.weight !== before.weight && { weight: count(values.weight) }),
    // One of the list.
    ...(values.validate !== before.validate && { validate: values.validate as Environment['validate'] }),
  }
  const isSame = Object.keys(body).length === 0
  const submit = () => {
    if (isSame) return
    update.mutate(
      { params: { environment: name }, body },
      { onSuccess: () => notify(`Changed the limits of ${name}`), onError: form.fail },
    )
  }
  return (
    <Form label="Limits of the environment" onSubmit={submit}>
      <Group title="Limits">
        <Columns>
          <TextInput
            label="Runs in flight at a time"
            placeholder="as the scheduler is configured"
            inputMode="numeric"
            {...form.text('max_runs')}
          />
          <TextInput
            label="Weight beside other environments"
            placeholder="1"
            inputMode="numeric"
            {...form.text('weight')}
          />
          <Select
            label="Records that do not fit their model"
            data={[
              { value: 'off', label: 'are stored' },
              { value: 'warn', label: 'are stored, and the run warns' },
              { value: 'strict', label: 'make the save fail' },
            ]}
            value={values.validate}
            allowDeselect={false}
            error={form.problems.validate}
            onChange={(how) => form.set('validate', how ?? 'warn')}
          />
        </Columns>
      </Group>
      <SaveBar
        scope="admin"
        action="Save limits"
        busy={update.isPending}
        disabled={isSame}
        error={form.error}
        {...(!isSame && { cli: limitsLine(name, body) })}
      />
    </Form>
  )
}

type Limit = Capacity['environment']
const maxText = (max: number | null): string => (max === null ? 'any number' : countText(max))

function LimitTable(props: {
  label: string
  limits: Limit[] | undefined
  state: { isPending: boolean; error: Error | null }
  link?: (name: string) => string
}) {
  const { label, limits = [], state, link } = props
  const columns: Column<Limit>[] = [
    {
      id: 'name',
      title: 'Name',
      width: 'minmax(160px, 2fr)',
      cell: ({ name }) => (link ? <PathLink href={link(name)}>{name}</PathLink> : name),
    },
    {
      id: 'running',
      title: 'In flight',
      width: '90px',
      align: 'end',
      cell: ({ running }) => countText(running),
    },
    { id: 'max', title: 'At most', width: '100px', align: 'end', cell: ({ max_runs }) => maxText(max_runs) },
    {
      id: 'waiting',
      title: 'Waiting',
      width: '90px',
      align: 'end',
      cell: ({ waiting }) => countText(waiting),
    },
    { id: 'weight', title: 'Weight', width: '80px', align: 'end', cell: ({ weight }) => countText(weight) },
  ]
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={limits}
      rowKey={({ name }) => name}
      paging={paging(state)}
      height={320}
      empty={<p className={styles.quiet}>None has a limit, or runs in flight or waiting.</p>}
    />
  )
}

const runnerColumns: Column<Capacity['runners'][number]>[] = [
  { id: 'id', title: 'Runner', width: 'minmax(180px, 2fr)', cell: ({ id }) => id },
  { id: 'sandbox', title: 'Sandbox', width: '110px', cell: ({ sandbox }) => sandbox },
  {
    id: 'busy',
    title: 'Slots in use',
    width: '110px',
    align: 'end',
    cell: ({ busy, slots }) => `${countText(busy)} of ${countText(slots)}`,
  },
  {
    id: 'reserved',
    title: 'Reserved',
    width: '90px',
    align: 'end',
    cell: ({ reserved_slots }) => countText(reserved_slots),
  },
  { id: 'seen', title: 'Heard of', width: '110px', cell: ({ seen_at }) => <Time at={seen_at} /> },
]
