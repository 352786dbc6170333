// The only door to the Go side. Nothing else touches window.go or
// window.runtime; every call rejects with a Problem.
import { silent, toProblem } from './problem'
import type * as T from './types'

export type * from './types'
export { silent, toProblem }

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>
type Runtime = {
  EventsOn(name: string, fn: (...data: never[]) => void): () => void
  ClipboardSetText?(text: string): Promise<boolean>
}
type Door = { go?: { app?: { App?: Bound } }; runtime?: Runtime }

const door = () => window as unknown as Door

/** Waits for the Go side, which Wails and the bridge put in place while the page loads. */
export async function ready(within = 8000): Promise<void> {
  for (let waited = 0; !door().go?.app?.App; waited += 25) {
    if (waited >= within) {
      const problem: T.Problem = {
        code: 'no-core',
        message: 'The window opened, but the part of Longhand that holds your records did not answer.',
        safe: 'Your records are on this device and are not affected.',
        hint: 'Close Longhand and open it again.',
      }
      throw problem
    }
    await new Promise((ok) => setTimeout(ok, 25))
  }
}

let hears = true
let told: (hears: boolean) => void = () => {}
function heard(now: boolean) {
  if (now !== hears) told((hears = now))
}
/** Calls fn when the Go side stops answering, and when it answers again. */
export function whenSilent(fn: (hears: boolean) => void) {
  told = fn
  // The stream of events has broken off: whether anybody is there shows by asking.
  on('lost', () => void backend.shell().catch(() => {}))
}

async function call<R>(method: string, ...args: unknown[]): Promise<R> {
  const fn = door().go?.app?.App?.[method]
  if (!fn) throw { code: 'no-method', message: `This version of Longhand cannot do that yet (${method}).`, hint: '' } satisfies T.Problem
  try {
    const out = (await fn(...args)) as R
    heard(true)
    return out
  } catch (e) {
    const p = toProblem(e)
    heard(p.code !== silent.code)
    throw p
  }
}

export const backend = {
  boot: () => call<T.Boot>('Boot'),
  unlock: (passphrase: string) => call<T.Boot>('Unlock', passphrase),
  createTeam: (team: T.NewTeam) => call<T.Boot>('CreateTeam', team),
  joinTeam: (joining: T.Joining) => call<T.Boot>('JoinTeam', joining),
  /** The passphrase is "" where the system keeps the key. */
  openSample: (passphrase: string) => call<T.Boot>('OpenSample', passphrase),
  deleteSample: () => call<T.Boot>('DeleteSample'),
  leaveTeam: () => call<T.Boot>('LeaveTeam'),

  kinds: () => call<T.Kind[]>('Kinds'),
  people: () => call<T.Person[]>('People'),
  shell: () => call<T.Shell>('Shell'),
  list: (query: Partial<T.Query> & { kind: string }) =>
    call<T.List>('List', { tab: 'all', level: '', owner: '', tag: '', text: '', offset: 0, limit: 0, ...query }),
  page: (id: string) => call<T.Page>('Page', id),
  /** A finished one of the sample team’s, where there is one of the kind. */
  example: (kind: string) => call<T.Example | null>('Example', kind),
  work: (owner: string) => call<T.Work>('Work', owner),
  weekly: (week: string, person: string) => call<T.Weekly>('Weekly', week, person),
  review: (week: string) => call<T.Review>('Review', week),
  metrics: (weeks: number) => call<T.Report>('Metrics', weeks),
  metricsAs: (weeks: number, form: 'csv' | 'json') => call<string>('MetricsAs', weeks, form),
  team: () => call<T.Team>('Team'),
  search: (text: string, limit: number) => call<T.Found>('Search', text, limit),

  create: (kind: string, title: string) => call<string>('Create', kind, title),
  /** This week’s or last week’s, of a kind of which there is one a week. */
  beginWeek: (kind: string, week: string) => call<string>('BeginWeek', kind, week),
  set: (id: string, path: string, value: T.Value) => call<void>('Set', id, path, value),
  include: (id: string, path: string, value: string, on: boolean) => call<void>('Include', id, path, value, on),
  addItem: (id: string, listPath: string, after: string) => call<string>('AddItem', id, listPath, after),
  removeItem: (id: string, itemPath: string) => call<void>('RemoveItem', id, itemPath),
  keepItem: (id: string, itemPath: string) => call<void>('KeepItem', id, itemPath),
  placeItem: (id: string, itemPath: string, after: string) => call<void>('PlaceItem', id, itemPath, after),
  move: (id: string, state: string, because: string) => call<T.Page>('Move', id, state, because),
  discard: (id: string) => call<void>('Discard', id),
  settle: (id: string, path: string, key: string) => call<T.Page>('Settle', id, path, key),

  openText: (id: string, path: string) => call<T.TextState>('OpenText', id, path),
  pushText: (id: string, path: string, version: number, updates: T.Update[]) =>
    call<boolean>('PushText', id, path, version, updates),
  pullText: (id: string, path: string, version: number) => call<T.Update[] | null>('PullText', id, path, version),
  closeText: (id: string, path: string) => call<void>('CloseText', id, path),
  flush: (id: string) => call<void>('Flush', id),

  asText: (id: string, form: 'md' | 'text') => call<string>('AsText', id, form),
  copy: (text: string) => call<void>('Copy', text),
  exportReview: (week: string, form: 'pdf' | 'md') => call<T.Saved>('ExportReview', week, form),
  openLink: (url: string) => call<void>('OpenLink', url),

  invite: (role: string, days: number, ask: boolean) => call<string>('Invite', role, days, ask),
  inviteDevice: (days: number, ask: boolean) => call<string>('InviteDevice', days, ask),
  /** Whether a code is for a further device of somebody who is in the team already. */
  ownInvite: (code: string) => call<boolean>('OwnInvite', code),
  withdraw: (invite: string) => call<void>('Withdraw', invite),
  approve: (device: string) => call<void>('Approve', device),
  /** Takes a person’s id or a device’s. */
  removeFromTeam: (who: string) => call<string>('RemoveFromTeam', who),
  acceptDevice: (device: string) => call<void>('AcceptDevice', device),
  setRole: (person: string, role: 'member' | 'admin') => call<void>('SetRole', person, role),
  safetyWords: (person: string) => call<T.SafetyWords[]>('SafetyWords', person),
  /** Lets this device go on as a new one. */
  renew: () => call<T.Boot>('Renew'),

  makeKit: () => call<T.Kit>('MakeKit'),
  checkKit: (typed: string) => call<void>('CheckKit', typed),
  restoreKit: (code: string, relay: string, passphrase: string) => call<T.Boot>('RestoreKit', code, relay, passphrase),
  restoreBackup: (passphrase: string, own: string) => call<T.Boot>('RestoreBackup', passphrase, own),
  backup: (passphrase: string) => call<T.Saved>('Backup', passphrase),
  doctor: () => call<T.Check[]>('Doctor'),

  addRelay: (relay: string) => call<void>('AddRelay', relay),
  teams: () => call<T.Known[]>('Teams'),
  useTeam: (id: string) => call<T.Boot>('UseTeam', id),
  anotherTeam: () => call<T.Boot>('AnotherTeam'),
  addServer: (address: string, token: string) => call<void>('AddServer', address, token),
  removeRelay: (relay: string) => call<void>('RemoveRelay', relay),
  chooseFolder: () => call<string>('ChooseFolder'),
  syncNow: () => call<void>('SyncNow'),
  setTheme: (theme: T.Theme) => call<void>('SetTheme', theme),
  setKeys: (on: boolean) => call<void>('SetKeys', on),
}

export type Backend = typeof backend

/** Events of the Go side, by name. */
export interface Events {
  changed: { docs: string[] | null }
  text: { id: string; path: string; version: number }
  saved: { id: string; state: 'writing' | 'saved' | 'failed'; at: string; problem?: T.Problem }
  status: T.Shell
  progress: T.Progress
  boot: T.Boot
  lost: undefined
}

/** Calls fn at every event of that name until the returned function is called. */
export function on<N extends keyof Events>(name: N, fn: (data: Events[N]) => void): () => void {
  return door().runtime?.EventsOn(name, fn as (...data: never[]) => void) ?? (() => {})
}

/** Puts text on the clipboard: through the window, or in a browser by its own means. */
export async function copyText(text: string, host: T.Boot['host']): Promise<void> {
  if (host === 'browser' && navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text)
      return
    } catch (e) {
      throw toProblem(e)
    }
  }
  await backend.copy(text)
}
