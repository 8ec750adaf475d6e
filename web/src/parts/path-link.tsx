import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

/** A link to a screen: `<PathLink href={paths.run(environment, id)}>`. A click loads no page; with ctrl or cmd it opens a new tab. */
export function PathLink({
  href,
  onClick,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const open = useOpenPath()
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event)
        if (event.defaultPrevented || opensElsewhere(event)) return
        event.preventDefault()
        open(href)
      }}
      {...rest}
    />
  )
}

/** Opens a screen by its address. */
export function useOpenPath(): (href: string) => void {
  const router = useRouter()
  return (href) => router.history.push(href)
}

function opensElsewhere(event: MouseEvent): boolean {
  return event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
}
