/** What is wrong in a `nango.yaml`, or looks wrong. */
export interface Problem {
  code: ProblemCode
  message: string
  /** Of the value, from the top of the file. */
  path: PropertyKey[]
}

export type ProblemCode =
  | 'invalid_field'
  | 'invalid_model_name'
  | 'duplicate_model'
  | 'model_not_found'
  | 'model_missing_id'
  | 'model_extends_not_found'
  | 'model_is_literal'
  | 'cyclic_model'
  | 'type_syntax_error'
  | 'duplicate_endpoint'
  | 'endpoints_mismatch'
  | 'invalid_runs'
  | 'both_post_connection_scripts_and_on_events_present'

/** These are reported, and refuse nothing. */
export const isWarning = ({ code }: Problem) => code === 'model_is_literal' || code === 'cyclic_model'
