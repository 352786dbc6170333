// Package roster knows who belongs to a team: its members, their devices, open invites and the epochs of its keys.
//
// A [Roster] collects signed entries, in whatever order they arrive, and [Roster.State] says what they amount to: the same entries give
// the same state on every device. [Found] starts one; [Roster.Invite], [Roster.Admit], [Roster.Remove] and the others write the next
// entry as a device, after checking that it may. New entries are read with [Roster.Since] and handed to the others.
// [Roster.Keys] opens every epoch key that a device can reach. A [Kit] is a device on paper; [Words] are what two people read to each other. FORMAT.md beside this file lays down the bytes and the rules.
//
// It does not move entries, keeps no file, holds no name, and has no clock: instants come in as arguments.
package roster

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"longhand/sync/journal"
)

var (
	ErrOtherTeam     = errors.New("belongs to another team")
	ErrForged        = errors.New("signature does not match")
	ErrNotMember     = errors.New("this device does not belong to the team")
	ErrNotAdmin      = errors.New("only an admin may do this")
	ErrNotOwn        = errors.New("only a device of the same person may do this")
	ErrLastAdmin     = errors.New("the team would be left without an admin")
	ErrUnknown       = errors.New("names somebody or something that the roster does not know")
	ErrInviteClosed  = errors.New("this invitation has been used or withdrawn")
	ErrInviteExpired = errors.New("this invitation has expired")
	ErrNoKey         = errors.New("this device holds no key of the team yet")
	ErrParents       = errors.New("names entries that are not here")
)

// What anybody can make a device remember is bounded, because anybody can sign an entry whose parents never come: so much of each device that was ever
// enrolled, and so much of all others together, so that nobody takes the room of somebody else.
const (
	maxWaiting      = 1 << 12
	maxWaitingBytes = 16 << 20
)

// CrowdedError: too many entries wait for their parents. This one was not remembered; it has to be added again when the roster has grown.
type CrowdedError struct{ Signer journal.DeviceID }

func (e *CrowdedError) Error() string {
	return fmt.Sprintf("too many entries by %s wait for their parents", e.Signer)
}

// Roster is the entries known here. It is safe for concurrent use.
type Roster struct {
	team journal.TeamID

	mu       sync.Mutex
	nodes    []*node // those that stand, each after its parents
	byID     map[journal.Hash]*node
	heads    map[journal.Hash]bool
	waiting  map[journal.Hash][]*node    // by a parent that is not here yet
	waits    map[journal.Hash]*node      // those waiting
	crowds   map[journal.DeviceID]*crowd // by signer; the zero device stands for all that are not enrolled
	enrolled map[journal.DeviceID]bool   // by any entry that stands, whether it counts or not
	rejected map[journal.Hash]error      // never stand; kept so that their children do not wait for ever
	view     *view                       // of all nodes; nil when it must be derived again
	state    *State                      // of view
	rings    map[journal.DeviceID]ring   // what was unwrapped already
}

// crowd is how much waits.
type crowd struct{ entries, bytes int }

// node is an entry in its place in the graph.
type node struct {
	entry
	id      journal.Hash
	raw     []byte
	parents []*node
	depth   int
	index   int
	anc     bits   // of all ancestors
	crowd   *crowd // with which it waits
}

// before is the order of FORMAT.md.
func before(a, b *node) int {
	if a.depth != b.depth {
		return a.depth - b.depth
	}
	return slices.Compare(a.id[:], b.id[:])
}

// New is the empty roster of a team, as somebody has it who only knows the team's id.
func New(team journal.TeamID) *Roster {
	return &Roster{
		team:     team,
		byID:     map[journal.Hash]*node{},
		heads:    map[journal.Hash]bool{},
		waiting:  map[journal.Hash][]*node{},
		waits:    map[journal.Hash]*node{},
		crowds:   map[journal.DeviceID]*crowd{},
		enrolled: map[journal.DeviceID]bool{},
		rejected: map[journal.Hash]error{},
		rings:    map[journal.DeviceID]ring{},
	}
}

// Team is the id of the founding entry.
func (r *Roster) Team() journal.TeamID { return r.team }

// Add takes an entry from anywhere. One that is known already, or that waits for its parents, is no error.
// Bytes that are malformed, forged, of another team or not allowed are refused for ever.
func (r *Roster) Add(raw []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.add(raw)
}

func (r *Roster) add(raw []byte) error {
	id := entryID(raw)
	if r.byID[id] != nil || r.waits[id] != nil {
		return nil
	}
	if err := r.rejected[id]; err != nil {
		return err
	}
	n, err := r.read(id, raw)
	if err != nil {
		return err
	}
	return r.place(n)
}

// read makes a node that is not in its place yet.
func (r *Roster) read(id journal.Hash, raw []byte) (*node, error) {
	e, err := parseEntry(raw)
	if err != nil {
		return nil, fmt.Errorf("roster entry %s: %w", id, err)
	}
	if e.op == opFound && journal.TeamID(id) != r.team || e.op != opFound && e.team != r.team {
		return nil, fmt.Errorf("roster entry %s: %w", id, ErrOtherTeam)
	}
	return &node{id: id, entry: e, raw: slices.Clone(raw)}, nil
}

// Take is Add for whoever answers strangers: an entry whose parents are not all here is refused, and nothing is remembered of what is
// refused. It reports whether the entry is new.
func (r *Roster) Take(raw []byte) (added bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := entryID(raw)
	if r.byID[id] != nil {
		return false, nil
	}
	n, err := r.read(id, raw)
	if err != nil {
		return false, err
	}
	for _, p := range n.parentIDs {
		parent := r.byID[p]
		if parent == nil {
			return false, fmt.Errorf("roster entry %s: %w", id, ErrParents)
		}
		n.parents = append(n.parents, parent)
		n.anc = n.anc.or(parent.anc).set(parent.index)
	}
	if err := r.viewBefore(n).permits(n); err != nil {
		return false, fmt.Errorf("roster entry %s: %w", id, err)
	}
	n.anc = nil
	return true, r.place(n)
}

// place puts a node into the graph, or lets it wait, and then places those that waited for it.
func (r *Roster) place(n *node) error {
	n.parents = n.parents[:0]
	for _, id := range n.parentIDs {
		if err := r.rejected[id]; err != nil {
			return r.reject(n, fmt.Errorf("roster entry %s: depends on %s: %w", n.id, id, err))
		}
		p := r.byID[id]
		if p == nil {
			if r.waits[n.id] == nil && !r.wait(n) {
				return fmt.Errorf("roster entry %s: %w", n.id, &CrowdedError{n.signer})
			}
			r.waiting[id] = append(r.waiting[id], n)
			return nil
		}
		n.parents = append(n.parents, p)
		n.depth = max(n.depth, p.depth+1)
		n.anc = n.anc.or(p.anc).set(p.index)
	}
	r.waitsNoMore(n)
	if err := r.viewBefore(n).permits(n); err != nil {
		return r.reject(n, fmt.Errorf("roster entry %s: %w", n.id, err))
	}
	n.index = len(r.nodes)
	r.nodes = append(r.nodes, n)
	r.byID[n.id] = n
	if n.public != nil {
		r.enrolled[n.public.Device()] = true
	}
	for _, id := range n.parentIDs {
		delete(r.heads, id)
	}
	r.heads[n.id] = true
	r.view, r.state = nil, nil
	r.release(n.id)
	return nil
}

// wait counts a node among those that wait, and reports whether there is room for it.
func (r *Roster) wait(n *node) bool {
	who := n.signer
	if !r.enrolled[who] {
		who = journal.DeviceID{}
	}
	c := r.crowds[who]
	if c == nil {
		c = &crowd{}
		r.crowds[who] = c
	}
	if c.entries >= maxWaiting || c.bytes+len(n.raw) > maxWaitingBytes {
		return false
	}
	c.entries++
	c.bytes += len(n.raw)
	r.waits[n.id], n.crowd = n, c
	return true
}

func (r *Roster) waitsNoMore(n *node) {
	if r.waits[n.id] != nil {
		delete(r.waits, n.id)
		n.crowd.entries--
		n.crowd.bytes -= len(n.raw)
	}
}

// Waiting returns who signed an entry that waits for its parents, and whether that is a device that was ever enrolled.
func (r *Roster) Waiting(raw []byte) (signer journal.DeviceID, enrolled, waits bool) {
	id := entryID(raw)
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.waits[id]
	if n == nil {
		return signer, false, false
	}
	return n.signer, r.enrolled[n.signer], true
}

func (r *Roster) reject(n *node, err error) error {
	r.waitsNoMore(n)
	r.rejected[n.id] = err
	r.release(n.id)
	return err
}

// release places those that waited for id. What becomes of them is not the news of whoever brought id.
func (r *Roster) release(id journal.Hash) {
	children := r.waiting[id]
	delete(r.waiting, id)
	for _, c := range children {
		_ = r.place(c)
	}
}

// viewBefore is the team as the writer of n saw it.
func (r *Roster) viewBefore(n *node) *view {
	if len(n.parents) == len(r.heads) && !slices.ContainsFunc(n.parentIDs, func(id journal.Hash) bool { return !r.heads[id] }) {
		return r.current()
	}
	var known []*node
	for _, m := range r.nodes {
		if n.anc.has(m.index) {
			known = append(known, m)
		}
	}
	return resolve(known)
}

func (r *Roster) current() *view {
	if r.view == nil {
		r.view = resolve(r.nodes)
	}
	return r.view
}

// Len is how many entries stand. It only grows, and when it has grown the State may have changed.
func (r *Roster) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.nodes)
}

// Since returns all but the first n entries that stand, each after its parents. The caller must not change them.
func (r *Roster) Since(n int) [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	var raw [][]byte
	for _, m := range r.nodes[min(n, len(r.nodes)):] {
		raw = append(raw, m.raw)
	}
	return raw
}

// Complete reports whether nothing waits for its parents.
func (r *Roster) Complete() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waits) == 0
}

// Missing is the ids of entries that others name as their parents and that have not come yet.
func (r *Roster) Missing() []journal.Hash {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []journal.Hash
	for id := range r.waiting {
		if r.waits[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareHash)
	return ids
}

func compareHash(a, b journal.Hash) int { return slices.Compare(a[:], b[:]) }

// bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return i/64 < len(b) && b[i/64]>>(i%64)&1 == 1 }

func (b bits) set(i int) bits {
	for len(b) <= i/64 {
		b = append(b, 0)
	}
	b[i/64] |= 1 << (i % 64)
	return b
}

func (b bits) or(c bits) bits {
	out := make(bits, max(len(b), len(c)))
	copy(out, b)
	for i, w := range c {
		out[i] |= w
	}
	return out
}

func (b bits) meets(c bits) bool {
	for i := range min(len(b), len(c)) {
		if b[i]&c[i] != 0 {
			return true
		}
	}
	return false
}
