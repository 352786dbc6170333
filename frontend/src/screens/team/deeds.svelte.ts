import { backend, type Cause, type Device, type Present } from '$lib/backend'
import { desk } from '$lib/state/desk.svelte'
import { here, href } from '$lib/state/route.svelte'
import type { Inviting, Leaving, Remedy } from './trust'

/** What the Team screen is asked to do, and which question it is asking. */
export class TeamDeeds {
  inviting = $state<Inviting>('')
  adding = $state(false)
  leaving = $state.raw<Leaving>()
  words = $state.raw<Present>()
  #busy = $state(false)

  constructor(readonly reload: () => Promise<void>) {}

  get busy() {
    return this.#busy
  }
  async #does(what: () => Promise<unknown>) {
    if (this.#busy) return
    this.#busy = true
    await desk.try(what)
    this.#busy = false
    await this.reload()
  }

  sync = () => this.#does(() => backend.syncNow())
  role = (p: Present, role: 'member' | 'admin') => this.#does(() => backend.setRole(p.id, role))
  removePerson = (p: Present) => (this.leaving = { id: p.id, name: p.name, device: false })
  removeDevice = (d: Device, label: string) => (this.leaving = { id: d.id, name: label, device: true })
  removed = () => {
    this.leaving = undefined
    void this.reload()
  }

  mend(how: Remedy, cause: Cause, devices: Device[]) {
    const device = devices.find((d) => d.id === cause.device)
    if (how === 'relay') this.adding = true
    else if (how === 'settle') here().go(href('decisions'))
    else if (how === 'sync') void this.sync()
    else if (how === 'accept') void this.#does(() => backend.acceptDevice(cause.device ?? ''))
    else if (how === 'remove' && device) this.removeDevice(device, device.label)
    else if (how === 'renew') void this.#does(async () => desk.enter(await backend.renew()))
  }
}
