import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { type ReactNode, useEffect, useState } from 'react'
import type { Filters } from '../api/use-filters.ts'
import styles from './filter-bar.module.css'
import { Icon } from './icon.tsx'

export interface Choice<Name extends string> {
  name: Name
  label: string
  options: (string | { value: string; label: string })[]
}

interface Props<Name extends string> {
  /** `useFilters([...])`: what is chosen is in the address. */
  filters: Filters<Name>
  /** The filter that is a text to search for; the key `/` leads there. */
  search?: { name: Name; placeholder: string }
  choices?: Choice<Name>[]
  /** Right of the filters: how many there are, say. */
  children?: ReactNode
}

const TYPING_MS = 200

/** Filters of a list, bound to the address of the screen. */
export function FilterBar<Name extends string>({ filters, search, choices = [], children }: Props<Name>) {
  return (
    <div className={styles.bar} role="search">
      {search && (
        <SearchInput
          value={filters.values[search.name]}
          placeholder={search.placeholder}
          // One name with a text.
          onChange={(text) => filters.set({ [search.name]: text } as Partial<Record<Name, string>>)}
        />
      )}
      {choices.map(({ name, label, options }) => (
        <Select
          key={name}
          className={styles.choice}
          placeholder={label}
          aria-label={label}
          data={withChosen(options, filters.values[name])}
          value={filters.values[name] || null}
          onChange={(value) => filters.set({ [name]: value ?? '' } as Partial<Record<Name, string>>)}
          clearable
          searchable={options.length > 8}
          clearButtonProps={{ 'aria-label': `Any ${label}`, 'aria-hidden': false, tabIndex: 0 }}
        />
      ))}
      {filters.isFiltered && (
        <Button variant="subtle" color="gray" onClick={filters.clear}>
          Clear
        </Button>
      )}
      {children && <div className={styles.rest}>{children}</div>}
    </div>
  )
}

function SearchInput({
  value,
  placeholder,
  onChange,
}: {
  value: string
  placeholder: string
  onChange: (text: string) => void
}) {
  const [text, setText] = useState(value)
  const send = useDebouncedCallback(onChange, TYPING_MS)
  // The address has changed by another way: back, or a link.
  useEffect(() => setText(value), [value])
  return (
    <TextInput
      className={styles.search}
      data-search
      type="search"
      leftSection={<Icon name="search" size={14} />}
      placeholder={placeholder}
      aria-label={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}

/** What the address asks for is shown, also if it is not (yet) one of the choices. */
function withChosen(options: Choice<string>['options'], chosen: string): Choice<string>['options'] {
  const isKnown = options.some((option) => (typeof option === 'string' ? option : option.value) === chosen)
  return chosen === '' || isKnown ? options : [...options, chosen]
}
