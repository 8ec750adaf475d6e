import { type ChangeEvent, useState } from 'react'
import { ApiError } from '../api/api-error.ts'
import { fieldErrors } from './field-errors.ts'

type TextNames<T> = { [Name in keyof T]: T[Name] extends string ? Name : never }[keyof T] & string

/**
 * Values of a form with the problems of its fields. `names`: fields of the API that the form shows the problems of; what belongs to
 * none of them is in `error`.
 */
export function useForm<T extends object>(initial: T, names: readonly string[]) {
  const [values, setValues] = useState(initial)
  const [problems, setProblems] = useState<Record<string, string>>({})
  const [error, setError] = useState<Error>()
  const set = <Name extends keyof T>(name: Name, value: T[Name]) => {
    setValues((before) => ({ ...before, [name]: value }))
  }
  return {
    values,
    set,
    setAll: setValues,
    problems,
    error,
    setProblems: (found: Record<string, string>) => {
      setProblems(found)
      setError(undefined)
    },
    /** Problems that the API told, by field. */
    fail: (failure: Error) => {
      const fields = failure instanceof ApiError ? failure.fields : []
      const { byField, others } = fieldErrors(fields, names)
      setProblems(byField)
      const isShown = fields.length > 0 && others.length === 0
      setError(isShown ? undefined : failure)
    },
    /** Properties of the input of a text. `shows`: the field of the API whose problems it shows, if it has another name. */
    text: (name: TextNames<T>, shows: string = name) => ({
      value: values[name] as string, // a name of a text
      error: problems[shows],
      onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
        set(name, event.currentTarget.value as T[typeof name]), // a name of a text
    }),
  }
}
