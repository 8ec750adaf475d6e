/** What is said of a command that the API has stored while the scheduler does not answer. */
export const accepted = (does: string) =>
  `Accepted. The scheduler does not answer now: it ${does} when it is back.`
