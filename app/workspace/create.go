package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/sync/journal"
	"longhand/sync/relay/server"
	"longhand/sync/roster"
)

const officeHours = "Mon-Fri 09:00-17:30"

// ErrTeamExists: this data folder has a team already.
var ErrTeamExists = errors.New("there is a team here already")

// Create starts a team, with this device as its first.
func Create(ctx context.Context, o Options, t NewTeam) (*Workspace, error) {
	if err := checkProfile(t.Me, t.Zone, &t.Hours); err != nil {
		return nil, err
	}
	if strings.TrimSpace(t.Team) == "" {
		return nil, fmt.Errorf("%w: a team needs a name", artefact.ErrValue)
	}
	o.Passphrase = firstOf(t.Passphrase, o.Passphrase)
	s, err := newSelf(o)
	if err != nil {
		return nil, err
	}
	if t.Relay != "" && t.Token == "" {
		address, err := PlainRelay(t.Relay)
		if err != nil {
			return nil, err
		}
		if err := prepareRelay(ctx, address); err != nil {
			return nil, err
		}
		s.Relays = []string{address}
	}
	ro, err := roster.Found(rand.Reader, s.identity, s.Person, o.now())
	if err != nil {
		return nil, fmt.Errorf("start a team: %w", err)
	}
	s.Team = ro.State().Team
	w, err := settle(ctx, o, s, ro)
	if err != nil {
		return nil, err
	}
	err = errors.Join(w.nameTeam(t.Team), w.writeProfile(t.Me, t.Zone, t.Hours))
	if err == nil && t.Token != "" {
		err = w.AddServer(ctx, t.Relay, t.Token) // it lets in a team that is there
	}
	if err != nil {
		return nil, errors.Join(err, w.forget()) // nothing was acknowledged yet
	}
	return w, nil
}

// OwnInvite reports whether a code invites a further device of a person who is
// in the team already, and so needs no name.
func OwnInvite(code string) bool {
	inv, err := roster.ParseInvite(code)
	return err == nil && inv.Person != nil
}

// Join asks to be let into a team with an invitation. The Workspace is open,
// and empty until a member’s device has answered; see [Workspace.Joining].
func Join(ctx context.Context, o Options, j Joining) (*Workspace, error) {
	inv, err := roster.ParseInvite(j.Code)
	if err != nil {
		return nil, err
	}
	if inv.Person == nil {
		if err := checkProfile(j.Me, j.Zone, &j.Hours); err != nil {
			return nil, err
		}
	}
	o.Passphrase = firstOf(j.Passphrase, o.Passphrase)
	s, err := newSelf(o)
	if err != nil {
		return nil, err
	}
	s.Team, s.Relays = inv.Team, inv.Relays
	if inv.Person != nil { // a further device of somebody who is in already
		s.Person = *inv.Person
	}
	if j.Relay != "" {
		address, err := PlainRelay(j.Relay)
		if err != nil {
			return nil, err
		}
		s.Relays = []string{address}
	}
	if len(s.Relays) == 0 {
		return nil, fmt.Errorf("join a team: %w", ErrNoRelay)
	}
	s.Joining = &joining{Code: j.Code, Name: strings.TrimSpace(j.Me), Zone: j.Zone, Hours: j.Hours}
	return settle(ctx, o, s, roster.New(inv.Team))
}

var (
	// ErrNoRelay: there is no relay through which anything could travel.
	ErrNoRelay = errors.New("there is no relay")
	// ErrJoining: a member’s device has not answered yet.
	ErrJoining = errors.New("a member’s device has not let this one in yet")
)

// Hopeless reports whether an invitation will never be answered.
func Hopeless(err error) bool {
	return errors.Is(err, roster.ErrInviteClosed) || errors.Is(err, roster.ErrInviteExpired) || errors.Is(err, server.ErrInviteClosed)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func checkProfile(name, zone string, hours *string) error {
	if strings.TrimSpace(name) == "" {
		return fmt.Errorf("%w: say who you are", artefact.ErrValue)
	}
	if len(name) > roster.MaxName {
		return fmt.Errorf("%w: a name has at most %d letters", artefact.ErrValue, roster.MaxName)
	}
	if *hours == "" {
		*hours = officeHours
	}
	if _, err := cadence.ParseHours(*hours); err != nil {
		return fmt.Errorf("%w: %w", artefact.ErrValue, err)
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return fmt.Errorf("%w: %q is no time zone; one is Europe/Lisbon", artefact.ErrValue, zone)
	}
	return nil
}

func newSelf(o Options) (self, error) {
	if dir, err := currentDir(o.Dir); err == nil && !o.Another {
		if _, err := os.Stat(filepath.Join(dir, selfFile)); err == nil {
			return self{}, ErrTeamExists
		}
	} else if err != nil && !errors.Is(err, ErrNoTeam) {
		return self{}, err
	}
	id, err := journal.NewIdentity(rand.Reader)
	if err != nil {
		return self{}, err
	}
	s := self{Version: 1, Keys: id.Marshal(), identity: id}
	_, err = rand.Read(s.Person[:])
	return s, err
}

// settle writes the folder of a team and opens it. What a failure leaves is
// removed: nothing was acknowledged yet.
func settle(ctx context.Context, o Options, s self, ro *roster.Roster) (w *Workspace, err error) {
	key, err := o.key(ctx)
	if err != nil {
		return nil, err
	}
	dir := teamDir(o.Dir, s.Team)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return nil, ErrTeamExists
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if err := s.save(dir, key); err != nil {
		return nil, err
	}
	w, err = openTeam(ctx, o, dir, key, s, ro)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.replica.Save(ctx), setCurrent(o.Dir, dir)); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// one begins, or finds, the document of a kind of which there is only one in
// its scope.
func (w *Workspace) one(k kind.Kind, fill func(*artefact.Artefact) error, scope ...string) (artefact.DocID, error) {
	doc, err := w.derive(append([]string{k.ID}, scope...)...)
	if err != nil {
		return doc, err
	}
	if _, ok := w.index.head(doc); ok {
		return doc, nil
	}
	return doc, w.begin(doc, k, fill)
}

// begin starts a document, and saves it with what fill writes.
func (w *Workspace) begin(doc artefact.DocID, k kind.Kind, fill func(*artefact.Artefact) error) error {
	actor, err := w.actor()
	if err != nil {
		return err
	}
	return w.beginAs(actor, doc, k, fill)
}

func (w *Workspace) beginAs(actor automerge.Actor, doc artefact.DocID, k kind.Kind, fill func(*artefact.Artefact) error) error {
	make := func(automerge.Actor) (*artefact.Artefact, error) { return artefact.New(doc, k, actor, w.owner) }
	return w.with(doc, make, func(s *sheet) error {
		if fill != nil {
			if err := fill(s.doc); err != nil {
				s.doc.Rollback()
				return err
			}
		}
		return w.commit(s)
	})
}

// nameTeam writes what the team is called.
func (w *Workspace) nameTeam(name string) error {
	k, _ := kind.Of("team")
	doc, err := w.one(k, nil, "team")
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error { return retitle(a, strings.TrimSpace(name)) })
}

func retitle(a *artefact.Artefact, title string) error {
	was, err := a.Text("title")
	if err != nil {
		return err
	}
	return rewrite(a, "title", was, title)
}

// TeamName is what the team is called; "" until that has arrived.
func (w *Workspace) TeamName() string {
	doc, err := w.derive("team", "team")
	if err != nil {
		return ""
	}
	v, _ := w.index.head(doc)
	return v.Title()
}

// writeProfile writes one’s own member artefact. Empty parts stay as they are.
func (w *Workspace) writeProfile(name, zone, hours string) error {
	k, _ := kind.Of("member")
	doc, err := w.one(k, nil, string(w.Me()))
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		for path, is := range map[string]string{"title": name, "name": name, "initials": initials(name)} {
			was, err := a.Text(path)
			if err != nil {
				return err
			}
			if name != "" {
				if err := rewrite(a, path, was, is); err != nil {
					return err
				}
			}
		}
		var errs []error
		if zone != "" {
			errs = append(errs, a.Set("zone", zone))
		}
		if hours != "" {
			errs = append(errs, a.Set("hours", hours))
		}
		return errors.Join(errs...)
	})
}

// SaveProfile changes one’s own zone, hours or name; "" leaves one as it is.
func (w *Workspace) SaveProfile(name, zone, hours string) error {
	if zone != "" || hours != "" || name != "" {
		h := firstOf(hours, officeHours)
		if err := checkProfile(firstOf(name, "-"), firstOf(zone, "UTC"), &h); err != nil {
			return err
		}
	}
	return w.writeProfile(name, zone, hours)
}
