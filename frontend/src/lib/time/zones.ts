/** Every zone that this engine knows, named by its city. */
export function zones(): { value: string; label: string; hint: string }[] {
  return (known ??= Intl.supportedValuesOf('timeZone').map((zone) => ({
    value: zone,
    label: zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' '),
    hint: zone.includes('/') ? zone.slice(0, zone.lastIndexOf('/')).replaceAll('_', ' ') : '',
  })))
}
let known: { value: string; label: string; hint: string }[] | undefined
