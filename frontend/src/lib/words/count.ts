const words = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']

/** A small number as a word, as every sentence of the window writes it. */
export function count(n: number): string {
  return words[n] ?? n.toLocaleString('en-GB')
}

/** "three items", "one item". */
export function counted(n: number, one: string, many = one + 's'): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

export function capital(s: string): string {
  return s.charAt(0).toUpperCase() + s.slice(1)
}

/** "Tom", "Tom and Wanjiru", "Tom, Wanjiru and Arjun". */
export function listed(names: string[]): string {
  if (names.length < 2) return names[0] ?? ''
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Days as the log shows them, whole; less than one is said to be that. */
export function daysShort(days: number): string {
  return days < 1 ? '<1' : String(Math.round(days))
}

/** A figure with at most one decimal. */
export function figure(n: number): string {
  return (Math.round(n * 10) / 10).toLocaleString('en-GB', { maximumFractionDigits: 1 })
}
