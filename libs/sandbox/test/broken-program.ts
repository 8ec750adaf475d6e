export const program = () => {}

throw new Error('out of order')
