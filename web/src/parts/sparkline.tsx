import styles from './sparkline.module.css'

/** Changes of some days, as bars without axes, for a row of a table. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const max = Math.max(1, ...values)
  const step = 4
  return (
    <svg className={styles.spark} width={values.length * step} height={18} role="img" aria-label={label}>
      <title>{label}</title>
      {values.map((value, i) => {
        const height = value === 0 ? 1 : Math.max(2, (value / max) * 17)
        // A place is what a bar is.
        return (
          <rect
            key={i}
            x={i * step}
            y={18 - height}
            width={3}
            height={height}
            data-none={value === 0 || undefined}
          />
        )
      })}
    </svg>
  )
}
