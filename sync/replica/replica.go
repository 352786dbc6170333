// Package replica moves blobs between a device and its relays.
//
// [New] takes everything it needs; [Replica.Sync] pushes and pulls until nothing is left to do, [Replica.Run] does so in the background,
// [Replica.Nudge] tells it that the device has written. What arrives is verified, kept verbatim, opened, and only then handed to
// Config.Apply. [Replica.Status] says how things stand.
//
// People and devices come and go by one signed step each: [Replica.InviteDevice], [Replica.Withdraw], [Replica.Approve], [Replica.Remove],
// [Replica.Leave], [Replica.Accept], [Replica.SetRole], [Replica.CreateKit]; [Replica.Words] are for comparing. A removal names the last entries that
// count; what a removed device wrote beyond them is kept and not applied, or handed to Config.Retract if it had been. [Restore] makes a device out
// of a recovery kit and a relay. A device that must not write as itself any more (Status.Halted) is replaced: [Replica.EnrolAnew], then
// [journal.Adopt] for each of [Replica.Unsent].
//
// An application that cannot take an entry says so with [Refusals], or later with [Replica.Refuse]: it is named as not held, and tried again by
// another version of the program.
//
// A replica never decides what an entry means, never changes an entry, and never trusts a relay: what is damaged, forged or missing is
// listed and asked for again, and stops nothing else.
package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Config is what a replica needs. All but the durations must be set.
type Config struct {
	Identity *journal.Identity
	Roster   *roster.Roster

	// Keep is this device's own copy of every segment and roster entry. Everything can be rebuilt from it.
	Keep relay.Store
	// State is where the replica remembers how far it is. It may be lost: everything is then followed again from the beginning.
	State State
	// Outbox is the journal of this device.
	Outbox Outbox
	// Apply takes verified entries, at least once each, in no particular order. When it returns nil they are stored for good; when it returns
	// Refusals, all but those are. Any other error is this device's trouble, and all are handed over again. It must not call the replica, but for
	// Nudge and the methods that only read.
	Apply func(context.Context, []Received) error
	// Needed says which of some entries of removed devices, all beyond their cuts, a change depends on that counts, directly or through others of
	// them. They count then too. Apply may have taken some of the given ones before the removal was known: that is no reason. It may be nil: then
	// none counts.
	Needed func(context.Context, []Received) ([]Received, error)
	// Retract takes back entries that Apply had taken before a removal became known and that do not count. When it returns nil they are gone for
	// good; otherwise it is called again. An entry may come back by Apply, if an admin accepts it. It may be nil.
	Retract func(context.Context, []Received) error
	// Version of the program: what another version refused, or could not read, is tried again.
	Version string

	Now    func() time.Time
	Rand   io.Reader
	Notify func(Event) // may be nil; must return quickly and not call the replica

	Flush     time.Duration // from Nudge to sending; 0 is at once
	Poll      time.Duration // between looks at relays that fail, at what others lack, and at the own files; 0 is 30 s
	SeenEvery time.Duration // least time between two statements of what is seen here in Run; 0 is no limit. Sync always says it
	Carry     time.Duration // how long Run waits before it carries others' segments to a relay that lacks them; 0 is a minute
	Patience  time.Duration // how long Sync waits for a relay for which nothing moves; 0 is a minute and a half
}

// State is a small store for the replica's own memory. Keys are printable; values are at most some hundred kilobytes.
type State interface {
	Get(key string) ([]byte, error) // nil if there is none
	Put(key string, value []byte) error
}

// Outbox is what this device has written, numbered from 1.
type Outbox interface {
	Last() uint64
	// Entries returns entries from number on, in order: at most limit, at least one if there is one.
	Entries(from uint64, limit int) ([]journal.Entry, error)
}

// Received is an entry that another device wrote; or this one, before it forgot.
type Received struct {
	// Device wrote the body. It differs from Entry.Device only if that one adopted the work of an older device of the same person.
	Device journal.DeviceID
	Entry  journal.Entry
}

var (
	// ErrAhead: a relay holds entries of this device that its journal lacks. A backup was restored, or the disk was cloned.
	// Nothing more is sent as this device; enrol anew.
	ErrAhead = errors.New("a relay holds more of this device than the device itself")
	// ErrForked: a relay holds other entries of this device under numbers that it has used. The disk was cloned.
	ErrForked = errors.New("somebody else writes as this device")
	// ErrRemoved: the team has removed this device.
	ErrRemoved = errors.New("this device was removed from the team")
	// ErrUnknownRelay: no relay of this name was added.
	ErrUnknownRelay = errors.New("there is no relay of this name")
)

// Report is what one Sync did.
type Report struct {
	Sent     int               // own entries sent for the first time
	Received int               // entries of others applied
	Carried  int               // segments and roster entries of others put where they were missing
	Admitted []roster.PersonID // newcomers let in
	Relays   map[string]error  // of each relay; nil if it is up to date
	// Halted is nil, ErrAhead, ErrForked or ErrRemoved: why nothing more is sent as this device.
	Halted error
}

// Event is something that a window may want to show at once.
type Event struct {
	Kind   EventKind
	Relay  string           // of EventRelay
	Device journal.DeviceID // of EventApplied and EventRetracted
	Count  int              // of EventApplied and EventRetracted: entries
	Person roster.PersonID  // of EventAdmitted and EventAsks
	Err    error            // of EventRelay and EventHalted
}

// EventKind is the sort of an Event.
type EventKind uint8

const (
	EventApplied   EventKind = iota + 1 // entries of a device were applied
	EventSent                           // own entries reached a relay
	EventRoster                         // the roster has grown
	EventJoined                         // this device belongs to the team now and can read
	EventAdmitted                       // this device let a newcomer in
	EventAsks                           // a newcomer waits for an admin: see Requests
	EventSeen                           // somebody said what they hold
	EventRelay                          // a relay began to fail, or works again (Err is nil)
	EventProblem                        // the list of problems has changed
	EventHalted                         // nothing more is sent as this device
	EventRetracted                      // entries of a removed device were taken back
)

// Replica is the loop of one device in one team.
type Replica struct {
	cfg  Config
	me   journal.DeviceID
	team journal.TeamID
	wake chan struct{} // Nudge
	look chan struct{} // something came that may call for an answer

	// work is held by whoever takes in, seals, admits or remembers. It may last: Apply runs under it.
	work sync.Mutex
	// mu is held, besides work, while any of the following is changed, and alone by those that only read. It is never held for long.
	mu sync.Mutex

	links    map[string]*link
	held     map[journal.DeviceID]*held
	kept     map[journal.DeviceID][]relay.Ref // segments in Keep, by their first number
	shelf    map[relay.Ref]Reason             // of these, those not (wholly) applied
	pending  []sealed                         // own segments that no relay has taken yet
	seen     map[journal.DeviceID]heard
	unread   map[journal.DeviceID]relay.Blob // seen whose epoch key is not here yet
	asking   map[journal.DeviceID]roster.Request
	problems map[problemKey]*Problem
	halted   error
	noMerge  bool // a merge did not read back: none is made until the program starts again

	present   map[journal.DeviceID]bool // in presentIn
	presentIn *roster.State

	join   relay.Blob // the mail, until the roster knows this device; then without bytes
	joined bool
	tally  tally

	clock  memClock
	beyond map[journal.DeviceID]*uncounted // of removed devices that were judged

	// Only under work.
	dirty      map[journal.DeviceID]bool
	shelfDirty bool
	said       memSeen // the last own seen
	saidBlob   relay.Blob
	saved      int // roster entries that are in Keep
	known      int // roster entries when it was last looked at
	keys       journal.Keyring
	keysAt     int // roster entries when keys was read
	rosterIDs  [][16]byte
	announced  map[journal.DeviceID]bool // newcomers of whom EventAsks told
	running    func(*link)               // starts a loop for a relay added during Run
}

// tally counts what Report and Sync need to know.
type tally struct {
	sent, received, carried int
	admitted                []roster.PersonID
	progress                int // anything that may give somebody else something to do
}

// New reads what the device keeps and remembers. The roster entries in Keep are added to Config.Roster.
func New(ctx context.Context, cfg Config) (*Replica, error) {
	if cfg.Poll == 0 {
		cfg.Poll = 30 * time.Second
	}
	if cfg.Patience == 0 {
		cfg.Patience = 90 * time.Second
	}
	if cfg.Carry == 0 {
		cfg.Carry = time.Minute
	}
	if cfg.Notify == nil {
		cfg.Notify = func(Event) {}
	}
	r := &Replica{
		cfg: cfg, me: cfg.Identity.Device(), team: cfg.Roster.Team(),
		wake: make(chan struct{}, 1), look: make(chan struct{}, 1),
		links: map[string]*link{}, held: map[journal.DeviceID]*held{}, kept: map[journal.DeviceID][]relay.Ref{}, shelf: map[relay.Ref]Reason{},
		seen: map[journal.DeviceID]heard{}, unread: map[journal.DeviceID]relay.Blob{}, asking: map[journal.DeviceID]roster.Request{},
		problems: map[problemKey]*Problem{}, dirty: map[journal.DeviceID]bool{}, beyond: map[journal.DeviceID]*uncounted{}, announced: map[journal.DeviceID]bool{},
	}
	if err := r.readKeep(ctx); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if err := r.readState(); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	r.work.Lock()
	defer r.work.Unlock()
	if err := r.readSeen(ctx); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if _, here := cfg.Roster.State().Device(r.me); here {
		if r.joined = cfg.Roster.State().Present(r.me) && len(r.keyring()) > 0; !cfg.Roster.State().Present(r.me) {
			r.halted = ErrRemoved
		}
	}
	return r, nil
}

// readKeep takes in the roster, the mails, and the names of all segments.
func (r *Replica) readKeep(ctx context.Context) error {
	fresh := r.cfg.Roster.Len() > 0 // a team that was just founded: nothing of it is kept yet
	err := r.eachKept(ctx, relay.Roster, func(b relay.Blob) {
		_ = r.cfg.Roster.Add(b.Bytes) // what was refused once is refused again
	})
	if err != nil {
		return err
	}
	if !fresh {
		r.saved = r.cfg.Roster.Len()
	}
	err = r.eachKept(ctx, relay.Mail, func(b relay.Blob) {
		if q, err := roster.ParseRequest(b.Bytes); err == nil {
			r.asking[q.Device()] = q
		}
	})
	if err != nil {
		return err
	}
	return r.cfg.Keep.List(ctx, relay.Segment, func(ref relay.Ref) error {
		r.addKept(ref)
		return nil
	})
}

func (r *Replica) eachKept(ctx context.Context, kind relay.Kind, fn func(relay.Blob)) error {
	var refs []relay.Ref
	if err := r.cfg.Keep.List(ctx, kind, func(ref relay.Ref) error { refs = append(refs, ref); return nil }); err != nil {
		return err
	}
	for _, ref := range refs {
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if !b.Damaged {
			fn(b)
		}
	}
	return nil
}

func (r *Replica) addKept(ref relay.Ref) {
	d := journal.DeviceID(ref.Author)
	if slices.Contains(r.kept[d], ref) {
		return
	}
	at, _ := slices.BinarySearchFunc(r.kept[d], ref, func(a, b relay.Ref) int {
		if a.First != b.First {
			if a.First < b.First {
				return -1
			}
			return 1
		}
		return 0
	})
	r.kept[d] = slices.Insert(r.kept[d], at, ref)
}

func (r *Replica) readState() error {
	var begun bool
	if _, err := r.load(keyBegun, &begun); err != nil {
		return err
	}
	if !begun {
		// The memory was lost, or there never was one: everything that is kept is taken in anew.
		for _, refs := range r.kept {
			for _, ref := range refs {
				r.shelf[ref] = Again
			}
		}
		r.shelfDirty = true
		if err := r.saveHeld(); err != nil {
			return err
		}
		if err := r.save(keyVersion, r.cfg.Version); err != nil {
			return err
		}
		return r.save(keyBegun, true)
	}
	devices := map[journal.DeviceID]bool{r.me: true}
	for _, d := range r.cfg.Roster.State().Devices {
		devices[d.ID] = true
	}
	for d := range r.kept {
		devices[d] = true
	}
	for d := range devices {
		if err := r.loadHeld(d); err != nil {
			return err
		}
	}
	var shelf []memShelf
	if _, err := r.load(keyShelf, &shelf); err != nil {
		return err
	}
	for _, s := range shelf {
		r.shelf[s.Ref] = s.Reason
	}
	if err := r.tryRefused(); err != nil {
		return err
	}
	// A crash may have come between keeping and applying.
	for d, refs := range r.kept {
		for _, ref := range refs {
			if _, shelved := r.shelf[ref]; !shelved && (r.held[d] == nil || !r.held[d].numbers.has(ref.First, ref.Last)) {
				r.shelf[ref], r.shelfDirty = Again, true
			}
		}
	}
	if _, err := r.load(keySeen, &r.said); err != nil {
		return err
	}
	if _, err := r.load(keyClock, &r.clock); err != nil {
		return err
	}
	var mail []byte
	if asked, err := r.load(keyJoin, &mail); err != nil {
		return err
	} else if asked {
		if r.join, err = r.mailBlob(mail); err != nil {
			return err
		}
	}
	var halted string
	if _, err := r.load(keyHalted, &halted); err != nil {
		return err
	}
	r.halted = map[string]error{"ahead": ErrAhead, "forked": ErrForked}[halted]
	return nil
}

// AddRelay begins to use a relay under a name of the caller's, by which its state is remembered.
func (r *Replica) AddRelay(name string, at relay.Relay) error {
	r.work.Lock()
	defer r.work.Unlock()
	l := newLink(name, at)
	if err := errors.Join(r.loadLink(l), r.loadTrouble(l)); err != nil {
		return fmt.Errorf("add relay %s: %w", name, err)
	}
	r.mu.Lock()
	if old := r.links[name]; old != nil {
		old.gone = true
		old.stop()
	}
	r.links[name] = l
	running := r.running
	r.mu.Unlock()
	if running != nil {
		running(l)
	}
	return nil
}

// RemoveRelay stops using a relay. Nothing on it is touched; what is known of it is forgotten.
func (r *Replica) RemoveRelay(name string) error {
	r.work.Lock()
	defer r.work.Unlock()
	r.mu.Lock()
	l := r.links[name]
	delete(r.links, name)
	for k := range r.problems {
		if k.relay == name {
			delete(r.problems, k)
		}
	}
	r.mu.Unlock()
	if l == nil {
		return fmt.Errorf("remove relay %s: %w", name, ErrUnknownRelay)
	}
	l.gone = true
	l.stop()
	return errors.Join(r.save(keyLink+name, memLink{}), r.save(keyTrouble+name, memTrouble{}))
}

// Nudge says that there are new own entries, or that the roster was written to. It never blocks.
func (r *Replica) Nudge() { poke(r.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // somebody is told already
	}
}

// Save keeps what the roster has and Keep has not. Call it after writing to the roster and before telling the user that it is done.
func (r *Replica) Save(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	return r.saveRoster(ctx)
}

func (r *Replica) saveRoster(ctx context.Context) error {
	for _, raw := range r.cfg.Roster.Since(r.saved) {
		if err := r.cfg.Keep.Put(ctx, relay.Blob{Kind: relay.Roster, Team: r.team, Bytes: raw}); err != nil {
			return fmt.Errorf("keep roster entry: %w", err)
		}
		r.saved++
	}
	return nil
}

// allLinks is in no order.
func (r *Replica) allLinks() []*link {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ls []*link
	for _, l := range r.links {
		ls = append(ls, l)
	}
	return ls
}
