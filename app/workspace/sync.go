package workspace

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"longhand/storage"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/relay/server"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// How often the background looks and sends. Typing is not sent key by key.
const (
	flushEvery = 5 * time.Second
	pollEvery  = 20 * time.Second
	seenEvery  = 30 * time.Second
)

func (w *Workspace) replicaConfig() replica.Config {
	return replica.Config{
		Identity: w.identity, Roster: w.roster, Keep: w.keep,
		State: replicaState{w.store, w.under("replica/")}, Outbox: w, Apply: w.apply, Needed: w.needed, Retract: w.retract, Version: readsVersion,
		Now: w.Now, Rand: rand.Reader, Notify: w.heard,
		Flush: flushEvery, Poll: pollEvery, SeenEvery: seenEvery,
	}
}

// replicaState keeps what the replica remembers.
type replicaState struct {
	store *storage.Store
	under []byte
}

func (s replicaState) key(name string) []byte { return append(bytes.Clone(s.under), name...) }

func (s replicaState) Get(key string) (out []byte, err error) {
	err = s.store.View(func(tx *storage.Tx) error {
		out, err = tx.Get(inState, s.key(key))
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return out, err
}

func (s replicaState) Put(key string, value []byte) error {
	return s.store.Update(func(tx *storage.Tx) error { return tx.Put(inState, s.key(key), value) })
}

// apply takes what the replica has verified. An entry that is refused for what
// it says is set aside and named; only trouble of this device makes the
// replica try again.
func (w *Workspace) apply(ctx context.Context, all []replica.Received) error {
	entries := make([]received, len(all))
	for i, r := range all {
		entries[i] = received{r.Device, r.Entry.Device, r.Entry.Number, r.Entry.Body}
	}
	refused, err := w.receive(ctx, entries)
	if err == nil && len(refused) > 0 {
		err = refused
	}
	return err
}

// heard turns what the replica does into what a window shows.
func (w *Workspace) heard(e replica.Event) {
	switch e.Kind {
	case replica.EventJoined:
		w.background1(func() { _ = w.finishJoining() }) // tried again after every sync
	}
	w.statusChanged()
}

// background1 runs a piece of work beside the caller’s; Close waits for it.
func (w *Workspace) background1(fn func()) {
	w.done.Add(1)
	go func() {
		defer w.done.Done()
		fn()
	}()
}

// statusChanged tells the window how things stand, at most four times a second.
func (w *Workspace) statusChanged() {
	if !w.ready.Load() {
		return
	}
	w.statusMu.Lock()
	defer w.statusMu.Unlock()
	if w.statusDue {
		return
	}
	w.statusDue = true
	time.AfterFunc(250*time.Millisecond, func() {
		w.statusMu.Lock()
		w.statusDue = false
		w.statusMu.Unlock()
		if w.background.Err() == nil {
			w.notify("status", w.Shell())
		}
	})
}

// checkRelay says whether an address is one that this version can use.
func checkRelay(address string) error {
	path, isFolder := strings.CutPrefix(address, "folder:")
	switch {
	case isFolder && filepath.IsAbs(path):
		return nil
	case isFolder:
		return fmt.Errorf("%w: %q: give the whole path of the folder", ErrRelayAddress, address)
	case isServer(address):
		_, err := plainServer(address)
		return err
	}
	return fmt.Errorf("%w: %q: a relay is folder:PATH or https://HOST", ErrRelayAddress, address)
}

// ErrRelayAddress: that is no address of a relay.
var ErrRelayAddress = errors.New("not a relay that can be used")

// PlainRelay brings an address as a person gives it to the form that is kept.
func PlainRelay(address string) (string, error) {
	address = strings.TrimSpace(address)
	if isServer(address) {
		return plainServer(address)
	}
	if path, ok := strings.CutPrefix(address, "folder:"); ok {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", err
			}
			path = filepath.Join(home, rest)
		}
		address = "folder:" + filepath.Clean(path)
	}
	return address, checkRelay(address)
}

// useRelay begins to use a relay. One that cannot be reached says so in its
// state and is tried again.
func (w *Workspace) useRelay(address string) error {
	o, err := w.serverOptions(w.me().Tokens[address])
	if err != nil {
		return err
	}
	at, err := openRelay(address, w.team, w.identity, o)
	if err != nil {
		return err
	}
	return w.replica.AddRelay(address, at)
}

// prepareRelay makes a new relay ready: an empty folder, or one that is not
// there yet, becomes a relay because a person said so. A server has to answer.
func prepareRelay(ctx context.Context, address string) error {
	if isServer(address) {
		return server.Check(ctx, address)
	}
	// Only the last folder is made: what lies above it may be a drive that is not
	// mounted, or a slip of the hand.
	path := strings.TrimPrefix(address, "folder:")
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return &relay.Error{Relay: path, Op: "add", Kind: relay.ErrUnreachable, Err: err}
	}
	return folder.Create(path)
}

// AddRelay adds a relay to this device’s team.
func (w *Workspace) AddRelay(ctx context.Context, address string) error {
	address, err := PlainRelay(address)
	if err != nil {
		return err
	}
	if path := strings.TrimPrefix(address, "folder:"); inside(path, w.options.Dir) {
		return fmt.Errorf("%w: that folder is Longhand’s own; choose one that others can reach", ErrRelayAddress)
	}
	if slices.Contains(w.me().Relays, address) {
		return nil
	}
	if isServer(address) {
		return w.AddServer(ctx, address, "")
	}
	if err := prepareRelay(ctx, address); err != nil {
		return err
	}
	if err := w.updateSelf(func(s *self) { s.Relays = append(s.Relays, address) }); err != nil {
		return err
	}
	if err := w.useRelay(address); err != nil {
		return err
	}
	w.replica.Nudge()
	return nil
}

func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// RemoveRelay stops using a relay. Nothing on it is touched.
func (w *Workspace) RemoveRelay(address string) error {
	if plain, err := PlainRelay(address); err == nil {
		address = plain
	}
	if !slices.Contains(w.me().Relays, address) {
		return fmt.Errorf("%w: %s", replica.ErrUnknownRelay, address)
	}
	if err := w.updateSelf(func(s *self) {
		s.Relays = slices.DeleteFunc(s.Relays, func(r string) bool { return r == address })
		s.Tokens = maps.Clone(s.Tokens)
		delete(s.Tokens, address)
	}); err != nil {
		return err
	}
	w.statusChanged()
	return w.replica.RemoveRelay(address)
}

// Sync sends and fetches everything, once, checks what the relays hold of this
// device, and puts back what is lost.
func (w *Workspace) Sync(ctx context.Context) (replica.Report, error) {
	if len(w.me().Relays) == 0 {
		return replica.Report{}, ErrNoRelay
	}
	if err := w.desk.flush(w); err != nil {
		return replica.Report{}, err
	}
	if err := w.ask(ctx); err != nil {
		return replica.Report{}, err
	}
	if err := w.lookAgain(ctx); err != nil {
		return replica.Report{}, err
	}
	report, err := w.replica.Check(ctx)
	if err != nil {
		return report, err
	}
	if w.me().Joining != nil {
		joined, err := w.join(ctx)
		if err != nil || !joined {
			return report, errors.Join(err, w.refusedInvite(), firstFailure(report))
		}
		again, err := w.replica.Sync(ctx)
		report.Sent, report.Received = report.Sent+again.Sent, report.Received+again.Received
		if err != nil {
			return report, err
		}
	}
	w.statusChanged()
	return report, firstFailure(report)
}

// firstFailure is an error when no relay could be used at all.
func firstFailure(r replica.Report) error {
	var first error
	for _, err := range r.Relays {
		if err == nil {
			return r.Halted
		}
		first = errors.Join(first, err)
	}
	return errors.Join(r.Halted, first)
}

// run syncs in the background until the workspace is closed.
func (w *Workspace) run() {
	for w.background.Err() == nil {
		err := w.ask(w.background)
		if err == nil {
			err = w.replica.Run(w.background)
		}
		if err != nil && w.background.Err() == nil {
			w.statusChanged()
			select { // it is tried again; what is wrong stands in the status
			case <-w.background.Done():
			case <-time.After(pollEvery):
			}
		}
	}
}

// ask posts the wish to join, if that is what this device waits for.
func (w *Workspace) ask(ctx context.Context) error {
	j := w.me().Joining
	if j == nil || w.replica.Status().Joined {
		return nil
	}
	inv, err := roster.ParseInvite(j.Code)
	if err != nil {
		return err
	}
	return w.replica.Join(ctx, inv, w.person, j.Name)
}

func (w *Workspace) join(ctx context.Context) (bool, error) {
	if !w.replica.Status().Joined {
		return false, nil
	}
	return true, w.finishJoining()
}

// refusedInvite says why nobody will answer, where the roster shows it: the
// invitation was used by somebody else, withdrawn, or has expired.
func (w *Workspace) refusedInvite() error {
	inv, err := roster.ParseInvite(w.me().Joining.Code)
	if err != nil {
		return err
	}
	state := w.roster.State()
	if len(state.Members) == 0 {
		return nil // nothing of the team has been seen yet
	}
	if slices.ContainsFunc(state.Waiting, func(o roster.Waiting) bool { return o.Device == w.identity.Device() }) {
		return nil // an admin has to agree
	}
	open, known := state.Invite(inv.ID())
	switch {
	case slices.Contains(state.Closed, inv.ID()):
		return roster.ErrInviteClosed
	case known && w.Now().After(open.Expires):
		return roster.ErrInviteExpired
	}
	return nil // or the invitation itself has not arrived yet
}

// Abandon gives up joining, and deletes what was set up for it.
func (w *Workspace) Abandon() error {
	if !w.Joining() {
		return ErrTeamExists
	}
	return w.forget()
}

// finishJoining writes one’s profile once a member’s device has answered.
func (w *Workspace) finishJoining() error {
	w.joinMu.Lock()
	defer w.joinMu.Unlock()
	j := w.me().Joining
	if j == nil {
		return nil
	}
	if !OwnInvite(j.Code) {
		if err := w.writeProfile(j.Name, j.Zone, j.Hours); err != nil {
			return err
		}
	}
	if err := w.updateSelf(func(s *self) { s.Joining = nil }); err != nil {
		return err
	}
	w.notify("boot", nil)
	return nil
}

// Joining reports whether this device still waits for a member’s.
func (w *Workspace) Joining() bool { return w.me().Joining != nil }

// Invite makes an invitation and returns its code.
func (w *Workspace) Invite(ctx context.Context, role string, valid time.Duration, ask bool) (string, error) {
	r := roster.RoleMember
	switch role {
	case "", "member":
	case "admin":
		r = roster.RoleAdmin
	default:
		return "", fmt.Errorf("%w: a role is member or admin, not %q", ErrUsage, role)
	}
	if valid <= 0 {
		return "", fmt.Errorf("%w: an invitation has to be valid for some time", ErrUsage)
	}
	if w.Joining() {
		return "", ErrJoining
	}
	inv, err := roster.NewInvite(rand.Reader, w.team, w.me().Relays)
	if err != nil {
		return "", err
	}
	now := w.Now()
	if err := w.roster.Invite(w.identity, now, inv, roster.Terms{Role: r, Expires: now.Add(valid), Ask: ask}); err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	if err := w.replica.Save(ctx); err != nil {
		return "", err
	}
	w.replica.Nudge()
	return inv.Code(), nil
}

// ErrUsage: what was asked for makes no sense.
var ErrUsage = errors.New("not understood")

// ErrOnlyCopy: nobody else has any of it.
var ErrOnlyCopy = errors.New("this device has the only copy of the team")

// Leave takes this person and all their devices out of the team, tells the
// relays, and deletes the team from this device. It refuses while something is
// here that nobody else can have; delete says to delete the only copy of a team
// that nobody else is in.
func (w *Workspace) Leave(ctx context.Context, delete bool) error {
	if err := w.desk.flush(w); err != nil {
		return err
	}
	switch {
	case w.me().Sample || w.Joining():
		return w.forget()
	case w.alone():
		if !delete {
			return fmt.Errorf("leave: %w", ErrOnlyCopy)
		}
		return w.forget()
	}
	if st := w.replica.Status(); errors.Is(st.Halted, replica.ErrRemoved) { // out already; perhaps no relay knows it
		if st.Own > st.Sent && !delete {
			return fmt.Errorf("leave: %w", replica.ErrUnsent)
		}
	} else {
		if _, err := w.Sync(ctx); err != nil {
			return fmt.Errorf("leave: what you wrote has to reach the others first: %w", err)
		}
		if err := w.replica.Leave(ctx); err != nil { // it looks once more, while nothing is sent or fetched
			return err
		}
	}
	report, err := w.replica.Sync(ctx)
	if err == nil {
		err = firstFailure(withoutOwnLeave(report))
	}
	if err != nil {
		return fmt.Errorf("leave: you are out, but no relay knows yet; try again: %w", err)
	}
	return w.forget()
}

// alone reports whether nobody else is in the team.
func (w *Workspace) alone() bool {
	for _, m := range w.roster.State().Members {
		if !m.Removed && m.Person != w.person {
			return false
		}
	}
	return true
}

func deviceLabel(n, of int, name string) string {
	first, _, _ := strings.Cut(name, " ")
	if of > 1 {
		return fmt.Sprintf("%s’s device %d", first, n)
	}
	return first + "’s device"
}
