/** A list that one answer has as a whole, as a table takes it. */
export function paging({ isPending, error }: { isPending: boolean; error: Error | null }) {
  return { isLoading: isPending, error, hasMore: false, loadMore: nothing, onRange: nothing }
}

function nothing(): void {}
