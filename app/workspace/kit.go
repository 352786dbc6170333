package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/server"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// A Kit is a recovery kit as it is printed: whoever holds it can read the team,
// and can make a device of this person’s out of an empty machine.
type Kit struct {
	Code  string `json:"code"`  // in groups, to be printed
	Group int    `json:"group"` // which group is to be typed back, from 1
	Team  string `json:"team"`
	Name  string `json:"name"`
	Made  string `json:"made"`
}

// ErrKitTyped: what was typed back is not what was printed.
var ErrKitTyped = errors.New("that is not what the recovery kit says")

// CreateKit makes a recovery kit. It takes the place of an older one once a part
// of it was typed back; see [Workspace.CheckKit].
func (w *Workspace) CreateKit(ctx context.Context) (*Kit, error) {
	if w.Joining() {
		return nil, ErrJoining
	}
	kit, err := w.replica.CreateKit(ctx, w.me().Relays)
	if err != nil {
		return nil, err
	}
	code := kit.Code()
	groups := strings.Split(code, "-")
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(groups)-1))) // the last may be short
	if err != nil {
		return nil, err
	}
	w.selfMu.Lock()
	w.kit = &madeKit{kit: kit, word: groups[n.Int64()]}
	w.selfMu.Unlock()
	return &Kit{Code: code, Group: int(n.Int64()) + 1, Team: w.TeamName(), Name: w.Names()[w.Me()], Made: stamp(w.Now())}, nil
}

type madeKit struct {
	kit  roster.Kit
	word string
}

// CheckKit compares what was typed back from the paper. If it is right, older
// kits of this person’s are let go.
func (w *Workspace) CheckKit(ctx context.Context, typed string) error {
	w.selfMu.Lock()
	made := w.kit
	w.selfMu.Unlock()
	if made == nil {
		return fmt.Errorf("%w: make a kit first", ErrUsage)
	}
	if !roster.SameCode(typed, made.word) {
		return ErrKitTyped
	}
	id, err := made.kit.Identity()
	if err != nil {
		return err
	}
	var old []journal.DeviceID
	for _, d := range w.roster.State().Devices {
		if d.Kit && !d.Removed && d.Person == w.person && d.ID != id.Device() {
			old = append(old, d.ID)
		}
	}
	if len(old) > 0 {
		if err := w.replica.Remove(ctx, old, nil); err != nil {
			return err
		}
	}
	return w.updateSelf(func(s *self) { s.Kit = id.Device().String() })
}

// HasKit reports whether this person has a recovery kit, and whether this device
// has seen a part of it typed back.
func (w *Workspace) HasKit() (made, checked bool) {
	for _, d := range w.roster.State().Devices {
		if d.Kit && !d.Removed && d.Person == w.person {
			made = true
			checked = checked || d.ID.String() == w.me().Kit
		}
	}
	return made, checked
}

// RestoreKit makes a device of the kit’s person in an empty data folder, with
// nothing but the kit and a relay. Everything else comes by syncing.
func RestoreKit(ctx context.Context, o Options, code, at string) (*Workspace, error) {
	kit, err := roster.ParseKit(code)
	if err != nil {
		return nil, err
	}
	old, err := kit.Identity()
	if err != nil {
		return nil, err
	}
	s, err := newSelf(o)
	if err != nil {
		return nil, err
	}
	s.Team, s.Relays = kit.Team, kit.Relays
	if at != "" {
		if at, err = PlainRelay(at); err != nil {
			return nil, err
		}
		s.Relays = []string{at}
	}
	if len(s.Relays) == 0 {
		return nil, fmt.Errorf("restore: %w", ErrNoRelay)
	}
	relays := map[string]relay.Relay{}
	for _, address := range s.Relays {
		by := s.identity
		if isServer(address) {
			by = old // a server knows the kit, and not this device yet
		}
		if relays[address], err = openRelay(address, s.Team, by, server.Options{}); err != nil {
			return nil, err
		}
	}
	ro, err := replica.Restore(ctx, kit, s.identity, relays, rand.Reader, o.now())
	if err != nil {
		return nil, err
	}
	d, ok := ro.State().Device(old.Device())
	if !ok {
		return nil, replica.ErrKitUnknown
	}
	s.Person = d.Person
	return settle(ctx, o, s, ro)
}
