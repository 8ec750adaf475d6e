/** Of a text in an error. What is longer is cut, by the child and by the parent. */
export const ERROR_CHARS = { name: 200, message: 4000, stack: 8000 }
