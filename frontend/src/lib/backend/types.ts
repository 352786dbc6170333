// What the Go side sends and takes, mirrored by hand from app/kind,
// app/workspace, app/metric and app/render. The JSON there is the contract;
// a test compares the two.
// One file, long as it is, because that test reads it as one: a shape is looked
// for here and nowhere else.

// --- app/kind ---

export type Type =
  | 'text' | 'line' | 'choice' | 'tag' | 'tags' | 'person' | 'people' | 'date' | 'instant' | 'week'
  | 'number' | 'bool' | 'link' | 'links' | 'ref' | 'refs' | 'hours' | 'zone' | 'list' | 'record'

export interface Field {
  key: string
  label: string
  help?: string
  type: Type
  options?: string[]
  items?: Field[]
  max?: number
  place?: '' | 'note' | 'away'
  auto?: boolean
  pencil?: boolean
  after?: boolean
}

export type Mark = 'draft' | 'open' | 'consulting' | 'decided' | 'review' | 'superseded'

export interface State {
  id: string
  label: string
  to?: string[]
  verb?: string
  needs?: string[]
  by?: '' | 'owner' | 'author'
  seals?: boolean
  sets?: string
  mark: Mark
  open?: boolean
  derived?: boolean
  aside?: boolean
}

export interface Rule {
  every?: '' | 'week' | 'quarter'
  weekday?: number
  at?: string
}

export interface Kind {
  id: string
  prefix: string
  name: string
  plural: string
  purpose: string
  verb: string
  one?: '' | 'team' | 'person' | 'week' | 'person-week'
  order: number
  fields: Field[]
  states: State[]
  cadence: Rule
}

// --- app/workspace: page.go ---

/** A single value, or a set, as a field holds it. Persons are ids. */
export type Value = string | number | boolean | string[] | null

export interface Page {
  id: string
  doc: string
  kind: string
  title: string
  state: string
  mark: Mark
  derived: string[] | null
  author: string
  created: string
  updated: string
  texts: Record<string, string> | null
  values: Record<string, Value> | null
  lists: Record<string, string[]> | null
  contested: Record<string, Claim[]> | null
  moves: Move[] | null
  track: Step[] | null
  late: Late[] | null
  links: Linked[] | null
  editable: boolean
  why?: string
  shut?: Problem | null
  discardable: boolean
  maySettle: boolean
  delivered: Delivered | null
  saved: string
}

export interface Claim {
  value: Value
  author: string
  device: string
  at: string
  city: string
  key: string
}

export interface Move {
  to: string
  verb: string
  ready: boolean
  missing: string[] | null
  /** For each sentence of `missing`, the path where it is answered; "" where there is none. */
  places: string[] | null
  because: boolean
  main: boolean
}

export interface Step {
  state: string
  label: string
  mark: Mark
  when?: string
  place: 'past' | 'now' | 'next'
  by?: string
  why?: string
}

export interface Late {
  author: string
  at: string
  path: string
}

export interface Linked {
  id?: string
  doc?: string
  title: string
  kind?: string
  mark?: Mark
  url?: string
  back: boolean
  how: string
}

export interface Delivered {
  have: number
  of: number
}

export interface Person {
  id: string
  name: string
  initials: string
  role: string
  zone: string
  city: string
  hours: string
  me: boolean
  left: boolean
  profile: string
}

export interface Example {
  page: Page
  people: Person[]
}

export interface Row {
  id: string
  doc: string
  kind: string
  title: string
  state: string
  mark: Mark
  derived: string[] | null
  owner: string
  author: string
  updated: string
  created: string
  contested: number
  level?: string
  days?: number | null
  when?: string
  whenIs?: 'decide-by' | 'review' | 'decided' | 'ended' | 'contested' | ''
  lateDays?: number
  endedBy?: string
  decidable?: boolean
  next?: string
  due?: string
  expected?: string
  delivered?: string
  objective?: string
  lead?: string
  tags?: string[] | null
  week?: string
}

export interface Query {
  kind: string
  tab: string
  level: string
  owner: string
  tag: string
  text: string
  offset: number
  limit: number
}

export interface List {
  rows: Row[] | null
  total: number
  counts: Record<string, number> | null
  median: number | null
  medianN: number
  since?: string
  tags?: string[] | null
}

export interface Hit extends Row {
  kindName: string
  snippet: string
  ranges: [number, number][] | null
}

export interface Found {
  hits: Hit[] | null
  total: number
  of: number
  ready: boolean
}

// --- app/workspace: screens.go ---

export type Theme = 'system' | 'light' | 'dark'

export interface Boot {
  state: 'welcome' | 'locked' | 'joining' | 'open' | 'failed'
  team?: string
  me?: string
  sample: boolean
  zone: string
  city: string
  name?: string
  keyring: boolean
  theme: Theme
  keys: boolean
  now: string
  version: string
  problem?: Problem | null
  host: 'window' | 'browser'
}

export interface Problem {
  code: string
  message: string
  safe?: string
  hint: string
}

export interface NewTeam {
  team: string
  me: string
  zone: string
  hours: string
  relay: string
  token: string
  passphrase: string
}

export interface Joining {
  code: string
  me: string
  zone: string
  hours: string
  relay: string
  passphrase: string
}

export interface Shell {
  counts: Record<string, number> | null
  sync: SyncLine
  now: string
}

export interface SyncLine {
  state: 'alone' | 'sent' | 'waiting' | 'offline' | 'failing'
  sentence: string
  waiting: number
  at?: string
  delivered?: Delivered | null
  needsYou: number
}

export interface Work {
  objectives: Objective[] | null
  loose: Row[] | null
  moving: number
  lateCount: number
  noNext: number
}

export interface Objective extends Row {
  measure: string
  unit: string
  baseline: number | null
  target: number | null
  readings: Reading[] | null
  items: Row[] | null
}

export interface Reading {
  at: string
  value: number
}

export interface Weekly {
  week: string
  from: string
  to: string
  person: string
  due: string
  review: string
  id: string
  page: Page | null
  carried: Carried[] | null
  suggested: Suggestion[] | null
  written: Written[] | null
  planned: Planned[] | null
}

export interface Carried {
  id: string
  path: string
  text: string
  outcome: '' | 'delivered' | 'slipped' | 'dropped'
  reason: string
  item?: string
}

export interface Suggestion {
  field: string
  text: string
  from: string
  why: string
  parts: Record<string, Value> | null
}

export interface Written {
  person: string
  state: 'published' | 'draft' | 'not yet'
  at?: string
  id?: string
}

export interface Planned {
  week: string
  committed: number
  delivered: number
  open: number
}

export interface Review {
  week: string
  id: string
  page: Page | null
  content: ReviewContent
  published: boolean
  weeks: string[] | null
}

export interface Team {
  name: string
  people: Present[] | null
  devices: Device[] | null
  relays: Relay[] | null
  invites: Invite[] | null
  overlap: Span | null
  admin: boolean
  entries: number
  setAside: Aside[] | null
  requests: Asking[] | null
  causes: Cause[] | null
  kit: 'none' | 'made' | 'checked'
  recovered: string
}

export interface Asking {
  device: string
  name: string
  own: boolean
  invite: string
}

export interface Cause {
  code: string
  yours: boolean
  relay?: string
  device?: string
  what: string
  safe?: string
  next: string
}

export interface SafetyWords {
  device: string
  label: string
  words: string[] | null
}

export interface Kit {
  code: string
  group: number
  team: string
  name: string
  made: string
}

export interface Check {
  name: string
  ok: boolean
  what: string
  next?: string
}

export interface Present extends Person {
  now: string
  offset: number
  day: Span | null
  away: string
  admin: boolean
}

export interface Span {
  from: number
  to: number
}

export interface Device {
  id: string
  label: string
  person: string
  this: boolean
  holds: number
  missing: number
  lacks: number
  heard: string
}

export interface Relay {
  relay: string
  state: 'ok' | 'trying' | 'failing'
  pending: number
  lastOk: string
  problem: string
  nextStep: string
}

export interface Invite {
  id: string
  role: string
  expires: string
  ask: boolean
  by: string
}

export interface Aside {
  relay: string
  device: string
  label: string
  number: number
  last: number
  /** Of number to last so many are meant, and not all. */
  more?: number
  problem: 'damaged' | 'missing' | 'forged' | 'replayed' | 'poison'
}

export interface TextState {
  version: number
  text: string
}

export interface Update {
  client: string
  changes: (number | [number, ...string[]])[]
}

export interface Saved {
  path: string
  name?: string
  data?: string
}

export interface Progress {
  task: 'typesetter' | 'sync' | 'sample' | 'open' | 'backup' | 'restore' | 'doctor'
  phase: string
  done: number
  ended: boolean
}

// --- app/metric ---

export interface Report {
  weeks: number
  from: string
  to: string
  records: number
  'decision-cycle-time': Cycle
  'delivery-predictability': Predictability
  'meeting-load': { people: number | null; 'median-hours': number | null; least: number | null; most: number | null; why?: string }
  'rework-rate': { delivered: number | null; reopened: number | null; ratio: number | null; maturing: number | null; why?: string }
  clarity: { asked: number | null; answers: number | null; distribution: number[] | null; why?: string }
  'fast-lane': { requests: number | null; share: number | null; why?: string }
  diagnosis: Finding[] | null
}

export interface Cycle {
  n: number
  'median-days': number | null
  'p85-days': number | null
  why?: string
  open: number
  excluded: { withdrawn: number; 'after-the-fact': number }
  'by-level': Record<string, Level> | null
  'median-working-hours': number | null
  points: Point[] | null
  medians: Middle[] | null
  ages: Point[] | null
}

export interface Level {
  n: number
  'median-days': number | null
  'p85-days': number | null
}

export interface Point {
  id: string
  title: string
  week: string
  level: string
  days: number
}

export interface Middle {
  from: string
  to: string
  n: number
  'median-days': number | null
}

export interface Predictability {
  committed: number
  delivered: number
  ratio: number | null
  why?: string
  unplanned: number
  reasons: Record<string, number> | null
  series: CountedWeek[] | null
}

export interface CountedWeek {
  week: string
  committed: number
  delivered: number
  open: number
  unplanned: number
  running: boolean
}

export interface Finding {
  code: string
  sentence: string
  inputs: Record<string, unknown> | null
}

// --- app/render ---

export interface ReviewContent {
  team: string
  week: string
  from: string
  to: string
  headline: string
  bottomLine: string
  gatheredBy: string
  draft: boolean
  written: { count: number; of: number; missing?: string[] | null }
  commitments?: { made: number; delivered: number; slipped: number; dropped: number } | null
  figures?: Figure[] | null
  outcomes?: ReviewLine[] | null
  metrics?: Impact[] | null
  slipped?: Slip[] | null
  risks?: ReviewLine[] | null
  decisionsNeeded?: Ask[] | null
  decided?: Ruling[] | null
  next?: ReviewLine[] | null
  exportedAt: string
  exportedIn: string
  version: string
}

export interface ReviewLine {
  text: string
  person: string
}

export interface Impact {
  name?: string
  was?: string
  now?: string
  target?: string
  chart?: Chart | null
  text?: string
  person?: string
}

export interface Slip {
  text: string
  reason: string
  person: string
}

export interface Ask {
  title: string
  person: string
  by: string
  id?: string
}

export interface Ruling {
  id: string
  title: string
  owner: string
  date: string
}

export interface Figure {
  label: string
  value: string
  unit: string
  note: string
  chart?: Chart | null
}

export interface Chart {
  kind: 'dots' | 'squares' | 'trend' | 'bars' | 'tally'
  alt?: string
  groups?: (number[] | null)[] | null
  levels?: { from: number; to: number; value: number }[] | null
  values?: number[] | null
  target?: number | null
  whole?: number[] | null
  part?: number[] | null
}

/** A team of this data folder. */
export interface Known {
  id: string
  name: string
  current: boolean
}
