package workspace

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/sync/journal"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// People and devices: who belongs, who may, and who no longer does.

// InviteDevice makes an invitation for a further device of this person’s.
func (w *Workspace) InviteDevice(ctx context.Context, valid time.Duration, ask bool) (string, error) {
	if w.Joining() {
		return "", ErrJoining
	}
	if valid <= 0 {
		return "", fmt.Errorf("%w: an invitation has to be valid for some time", ErrUsage)
	}
	inv, err := w.replica.InviteDevice(ctx, w.me().Relays, valid, ask)
	if err != nil {
		return "", err
	}
	return inv.Code(), nil
}

// Withdraw closes an invitation that nobody has used, by its id or the beginning
// of it.
func (w *Workspace) Withdraw(ctx context.Context, id string) error {
	var found []roster.InviteID
	for _, inv := range w.roster.State().Invites {
		if id != "" && strings.HasPrefix(inv.ID.String(), strings.ToLower(id)) {
			found = append(found, inv.ID)
		}
	}
	if len(found) != 1 {
		return fmt.Errorf("%w: %d open invitations begin with %q", ErrUsage, len(found), id)
	}
	return w.replica.Withdraw(ctx, found[0])
}

// Approve lets somebody in who waits for it, by name or device.
func (w *Workspace) Approve(ctx context.Context, who string) error {
	var found []journal.DeviceID
	for _, r := range w.replica.Requests() {
		if strings.EqualFold(r.Name, who) || who != "" && strings.HasPrefix(r.Device.String(), strings.ToLower(who)) {
			found = append(found, r.Device)
		}
	}
	if len(found) != 1 {
		return fmt.Errorf("%w: %d who wait are called %q", ErrNobody, len(found), who)
	}
	return w.replica.Approve(ctx, found[0])
}

// Requests are those who wait to be let in.
func (w *Workspace) Requests() []Asking {
	out := []Asking{}
	for _, r := range w.replica.Requests() {
		out = append(out, Asking{Device: r.Device.String(), Name: firstOf(r.Name, "Somebody"), Own: r.Own, Invite: r.Invite.String()})
	}
	return out
}

// An Asking is somebody who waits to be let in.
type Asking struct {
	Device string `json:"device"`
	Name   string `json:"name"`
	Own    bool   `json:"own"` // a further device of this person’s
	Invite string `json:"invite"`
}

// Remove lets a person go, or a single device, by name, id or label. What of
// theirs is here counts, and nothing after it; they can read nothing that is
// written from now on by anybody who knows.
func (w *Workspace) Remove(ctx context.Context, who string) (removed string, err error) {
	if d, ok := w.findDevice(who); ok {
		return w.deviceName(d), w.replica.Remove(ctx, []journal.DeviceID{d.ID}, nil)
	}
	p, err := w.FindPerson(who)
	if err != nil {
		return "", err
	}
	id, err := roster.ParsePersonID(p.ID)
	if err != nil {
		return "", err
	}
	if id == w.person {
		return "", fmt.Errorf("%w: to go yourself, leave the team", ErrUsage)
	}
	return p.Name, w.replica.Remove(ctx, nil, []roster.PersonID{id})
}

// Accept lets everything count that a removed device wrote and that is kept here.
func (w *Workspace) Accept(ctx context.Context, device string) error {
	for _, d := range w.roster.State().Devices {
		if d.Removed && device != "" && strings.HasPrefix(d.ID.String(), strings.ToLower(device)) {
			return w.replica.Accept(ctx, d.ID)
		}
	}
	return fmt.Errorf("%w: no removed device is called %q", ErrNobody, device)
}

// SetRole makes a person an admin or an ordinary member.
func (w *Workspace) SetRole(ctx context.Context, who, role string) error {
	p, err := w.FindPerson(who)
	if err != nil {
		return err
	}
	id, err := roster.ParsePersonID(p.ID)
	if err != nil {
		return err
	}
	r, ok := map[string]roster.Role{"member": roster.RoleMember, "admin": roster.RoleAdmin}[role]
	if !ok {
		return fmt.Errorf("%w: a role is member or admin, not %q", ErrUsage, role)
	}
	return w.replica.SetRole(ctx, id, r)
}

// SafetyWords are what two devices compare, read aloud: the same twelve words
// on both say that nobody stands between them.
type SafetyWords struct {
	Device string   `json:"device"`
	Label  string   `json:"label"`
	Words  []string `json:"words"`
}

// Words are the safety words of this device and each of somebody’s.
func (w *Workspace) Words(who string) ([]SafetyWords, error) {
	p, err := w.FindPerson(who)
	if err != nil {
		return nil, err
	}
	out := []SafetyWords{}
	for _, d := range w.roster.State().Devices {
		if d.Removed || d.Kit || d.ID == w.identity.Device() || d.Person.String() != p.ID {
			continue
		}
		words, err := w.replica.Words(d.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, SafetyWords{Device: d.ID.String(), Label: w.deviceName(d), Words: words[:]})
	}
	return out, nil
}

// findDevice finds a present device by its id, the beginning of that, or its label.
func (w *Workspace) findDevice(name string) (roster.Device, bool) {
	var found []roster.Device
	for _, d := range w.roster.State().Devices {
		short := len(name) >= 6 && strings.HasPrefix(d.ID.String(), strings.ToLower(name))
		if !d.Removed && (short || strings.EqualFold(w.deviceName(d), strings.ReplaceAll(name, "'", "’"))) {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		return roster.Device{}, false
	}
	return found[0], true
}

// deviceName is what people call a device: they are told apart by the order in
// which their person enrolled them.
func (w *Workspace) deviceName(d roster.Device) string {
	n, of := 0, 0
	for _, other := range w.roster.State().Devices {
		if other.Person == d.Person && !other.Kit {
			of++
			if other.ID == d.ID {
				n = of
			}
		}
	}
	name := w.Names()[artefact.Person(d.Person.String())]
	if d.Kit {
		first, _, _ := strings.Cut(name, " ")
		return first + "’s recovery kit"
	}
	return deviceLabel(n, of, name)
}

// Causes are what stands in the way of everything reaching everybody, or should
// be known, those first that need the person here.
func (w *Workspace) Causes() []Cause {
	out := []Cause{}
	st := w.replica.Status()
	refused := map[journal.DeviceID]int{}
	for _, c := range st.Causes {
		if c.Code == replica.NoRelay && (w.Sample() || w.alone()) {
			continue // there is nobody to send to
		}
		if c.Code == replica.WasRefused {
			if refused[c.Device]++; refused[c.Device] > mostNamed {
				continue
			}
		}
		out = append(out, w.cause(c))
	}
	for _, d := range slices.SortedFunc(keysOf(refused), func(a, b journal.DeviceID) int { return bytes.Compare(a[:], b[:]) }) {
		if more := refused[d] - mostNamed; more > 0 {
			out = append(out, Cause{Code: string(replica.WasRefused), Device: d.String(), What: fmt.Sprintf("Of %s %s more were set aside.", w.labelOf(d), Thousands(more)), Next: "Everything else goes on."})
		}
	}
	return out
}

// Thousands writes a number as one reads it: 4,990.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// A Cause is one of them, in words.
type Cause struct {
	Code   string `json:"code"`
	Yours  bool   `json:"yours"`
	Relay  string `json:"relay,omitempty"`
	Device string `json:"device,omitempty"`
	What   string `json:"what"`
	Safe   string `json:"safe,omitempty"` // whether data is
	Next   string `json:"next"`
}

func (w *Workspace) cause(c replica.Cause) Cause {
	out := Cause{Code: string(c.Code), Yours: c.Yours, Relay: c.Relay}
	who := "a device"
	if d, ok := w.roster.State().Device(c.Device); ok {
		out.Device, who = c.Device.String(), w.deviceName(d)
	}
	at := "the relay"
	if c.Relay != "" {
		at = relayWords(c.Relay)
	}
	run := fmt.Sprintf("changes %d to %d", c.First, c.Last)
	if c.First == c.Last {
		run = fmt.Sprintf("change %d", c.First)
	}
	out.What, out.Next = causeWords(c, who, at, run)
	if c.First == c.Last {
		out.What = strings.NewReplacer(" are missing", " is missing", " wait for", " waits for", " cannot be read and were", " cannot be read and was", ". They do", ". It does").Replace(out.What)
	}
	if c.Err != nil {
		out.Safe = Explain(c.Err).Safe
	}
	return out
}
