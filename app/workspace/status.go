package workspace

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/sync/journal"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// Shell is what stands around every screen.
func (w *Workspace) Shell() Shell {
	out := Shell{Counts: map[string]int{}, Now: w.Now().Format(time.RFC3339), Sync: w.SyncLine()}
	w.index.each(func(_ artefact.DocID, v artefact.View) {
		k, _ := kind.Of(v.Kind)
		if s, _ := k.State(v.State); s.Open && !v.Discarded {
			out.Counts[v.Kind]++
		}
	})
	return out
}

// SyncLine says in one sentence how far what was written here has come.
func (w *Workspace) SyncLine() SyncLine {
	st := w.replica.Status()
	needs := 0
	for _, c := range append(w.besides(), w.Causes()...) {
		if c.Yours && c.Code != string(replica.NoRelay) { // who works alone is not nagged
			needs++
		}
	}
	if len(st.Relays) == 0 {
		return SyncLine{State: "alone", Sentence: "On this device only, no relay yet", NeedsYou: needs}
	}
	waiting, last := pending(st), time.Time{}
	var failing []replica.RelayStatus
	tried := false
	for _, r := range st.Relays {
		tried = tried || r.Tried
		if r.LastOK.After(last) {
			last = r.LastOK
		}
		if r.Err != nil {
			failing = append(failing, r)
		}
	}
	out := SyncLine{Waiting: waiting, At: stamp(last), NeedsYou: needs}
	changes := "change"
	if waiting != 1 {
		changes = "changes"
	}
	switch {
	case st.Halted != nil:
		out.State, out.Sentence = "failing", Explain(st.Halted).Message
	case len(failing) == len(st.Relays):
		out.State = "failing"
		out.Sentence = fmt.Sprintf("%d waiting. %s", waiting, Explain(failing[0].Err).Message)
		if waiting == 0 {
			out.Sentence = Explain(failing[0].Err).Message
		}
	case waiting > 0 || !tried:
		out.State, out.Sentence = "waiting", fmt.Sprintf("%d %s waiting to go", waiting, changes)
		if !tried && waiting == 0 {
			out.Sentence = "Not yet synced"
		}
	default:
		out.State, out.Sentence = "sent", "Everything sent"
		if !last.IsZero() {
			out.Sentence += ", " + last.In(w.zone(w.Me())).Format("15:04")
		}
		if st.Of > 0 {
			out.Delivered = &Delivered{st.Have, st.Of}
		}
	}
	return out
}

// pending is how many own changes have reached no relay yet.
func pending(st replica.Status) int {
	if st.Own <= st.Sent {
		return 0
	}
	return int(st.Own - st.Sent)
}

// Team is the people, their hours today, the devices and the relays.
func (w *Workspace) Team() *Team {
	st := w.replica.Status()
	out := &Team{Name: w.TeamName(), People: []Present{}, Devices: []Device{}, Relays: w.Relays(), Invites: []Invite{}, Admin: w.admin(), SetAside: []Aside{}, NeedsYou: w.NeedsYou(), Requests: w.Requests(), Causes: append(w.besides(), w.Causes()...), Kit: "none"}
	switch made, checked := w.HasKit(); {
	case checked:
		out.Kit = "checked"
	case made:
		out.Kit = "made"
	}
	if w.quarantined != nil {
		out.Recovered = filepath.Base(w.quarantined.Moved)
	}
	here := w.zone(w.Me())
	for _, p := range w.People() {
		if !p.Left {
			out.People = append(out.People, w.present(p, here))
		}
	}
	slices.SortStableFunc(out.People, func(a, b Present) int { return cmp.Compare(b.Offset, a.Offset) })
	out.Overlap = overlap(out.People)
	out.Devices, out.Entries = w.devices(st)
	for _, inv := range w.roster.State().Invites {
		if inv.Expires.Before(w.Now()) {
			continue
		}
		out.Invites = append(out.Invites, Invite{ID: inv.ID.String(), Role: inv.Role.String(), Expires: stamp(inv.Expires), Ask: inv.Ask, By: string(w.owner(artefact.Device(inv.By.String())))})
	}
	for _, a := range w.SetAside() {
		out.SetAside = append(out.SetAside, a)
	}
	return out
}

func (w *Workspace) present(p Person, here *time.Location) Present {
	now := w.Now()
	out := Present{Person: p}
	zone := w.zone(artefact.Person(p.ID))
	out.Now = now.In(zone).Format("15:04")
	_, there := now.In(zone).Zone()
	_, mine := now.In(here).Zone()
	out.Offset = float64(there-mine) / 3600
	if id, err := roster.ParsePersonID(p.ID); err == nil {
		m, _ := w.roster.State().Member(id)
		out.Admin = m.Role == roster.RoleAdmin
	}
	if until := w.leaveUntil(artefact.Person(p.ID), now.In(zone)); until != "" {
		out.Away = "on leave until " + until
		return out
	}
	h, _, ok := w.hours(artefact.Person(p.ID))
	from, to, works := h.On(now, zone)
	if !ok || !works {
		out.Away = "not working today"
		return out
	}
	midnight := time.Date(now.In(here).Year(), now.In(here).Month(), now.In(here).Day(), 0, 0, 0, 0, here)
	out.Day = &Span{From: from.Sub(midnight).Hours(), To: to.Sub(midnight).Hours()}
	return out
}

// leaveUntil is the last day of a leave that holds a day, or "".
func (w *Workspace) leaveUntil(who artefact.Person, day time.Time) string {
	doc, err := w.derive("member", string(who))
	if err != nil {
		return ""
	}
	v, err := w.view(doc)
	if err != nil {
		return ""
	}
	today := day.Format(time.DateOnly)
	for _, item := range v.Items("leave") {
		if from, to := v.Text(item+"/from"), v.Text(item+"/to"); from != "" && from <= today && to >= today {
			if t, err := time.Parse(time.DateOnly, to); err == nil {
				return t.Format("2 January")
			}
		}
	}
	return ""
}

// overlap is when everybody works; nil when that is never, or nobody works.
func overlap(people []Present) *Span {
	var out *Span
	for _, p := range people {
		if p.Day == nil {
			continue
		}
		if out == nil {
			out = &Span{p.Day.From, p.Day.To}
			continue
		}
		out.From, out.To = max(out.From, p.Day.From), min(out.To, p.Day.To)
	}
	if out == nil || out.To <= out.From {
		return nil
	}
	return out
}

// devices lists the team’s devices, and counts all that was written.
func (w *Workspace) devices(st replica.Status) ([]Device, int) {
	names := w.Names()
	count, nth := map[roster.PersonID]int{}, map[roster.PersonID]int{}
	state := w.roster.State()
	for _, d := range state.Devices {
		if !d.Kit {
			count[d.Person]++
		}
	}
	others := map[string]replica.DeviceStatus{}
	entries := int(st.Own)
	for _, d := range st.Devices {
		others[d.Device.String()] = d
		entries += int(d.Have)
	}
	out := []Device{}
	for _, d := range state.Devices {
		if d.Kit {
			continue
		}
		nth[d.Person]++
		if d.Removed {
			continue
		}
		dev := Device{ID: d.ID.String(), Person: d.Person.String(), Label: deviceLabel(nth[d.Person], count[d.Person], names[artefact.Person(d.Person.String())])}
		switch o, ok := others[dev.ID]; {
		case dev.ID == st.Device.String():
			dev.This, dev.Holds, dev.Heard = true, entries, stamp(w.Now())
			for _, o := range st.Devices {
				dev.Missing += missingCount(o)
			}
		case ok && o.Seen != nil:
			dev.Heard = stamp(o.Seen.At)
			for _, m := range o.Seen.Marks {
				dev.Holds += int(m.Number)
			}
			for _, gaps := range o.Seen.Exceptions {
				for _, g := range gaps {
					dev.Holds -= int(g.Last - g.First + 1)
				}
			}
			dev.Missing, dev.Lacks = missingCount(o), int(o.Lacks)
		case ok:
			dev.Missing, dev.Lacks = missingCount(o), int(o.Lacks)
		}
		out = append(out, dev)
	}
	return out, entries
}

func missingCount(d replica.DeviceStatus) (n int) {
	for _, r := range d.Missing {
		n += int(r.Last - r.First + 1)
	}
	return n
}

// Relays are the relays of this team, with their state.
func (w *Workspace) Relays() []Relay {
	out := []Relay{}
	for _, r := range w.replica.Status().Relays {
		one := Relay{Relay: r.Name, State: "ok", Pending: r.Pending, LastOK: stamp(r.LastOK)}
		switch {
		case r.Err != nil:
			p := Explain(r.Err)
			one.State, one.Problem, one.NextStep = "failing", p.Message, p.Hint
		case !r.Tried && r.LastOK.IsZero():
			one.State = "trying"
		}
		out = append(out, one)
	}
	return out
}

// SetAside is what relays hold and what was not applied, with the reason.
func (w *Workspace) SetAside() []Aside {
	out := []Aside{}
	for _, p := range w.replica.Status().Problems {
		out = append(out, Aside{Relay: p.Relay, Device: p.Device.String(), Label: w.labelOf(p.Device), Number: int(p.First), Last: int(p.Last), Problem: string(p.Kind)})
	}
	return append(out, w.poisoned()...)
}

// mostNamed is how many entries of one device are named one by one; of more than
// that the number is said.
const mostNamed = 10

// poisoned is what was set aside of each device, its first few entries and how
// many more there are.
func (w *Workspace) poisoned() []Aside {
	byDevice := map[journal.DeviceID][]uint64{}
	w.asideMu.Lock()
	for _, r := range w.aside {
		byDevice[r.Device] = append(byDevice[r.Device], r.Number)
	}
	w.asideMu.Unlock()
	out := []Aside{}
	for _, d := range slices.SortedFunc(keysOf(byDevice), func(a, b journal.DeviceID) int { return bytes.Compare(a[:], b[:]) }) {
		numbers := byDevice[d]
		slices.Sort(numbers)
		one := Aside{Device: d.String(), Label: w.labelOf(d), Problem: "poison"}
		for i, n := range numbers {
			one.Number, one.Last = int(n), int(n)
			if i == mostNamed && len(numbers) > mostNamed+1 {
				one.Last, one.More = int(numbers[len(numbers)-1]), len(numbers)-i
			}
			if out = append(out, one); one.More > 0 {
				break
			}
		}
	}
	return out
}

// labelOf is what people call a device, also one that was let go; "" for one that
// the team does not know.
func (w *Workspace) labelOf(id journal.DeviceID) string {
	if d, ok := w.roster.State().Device(id); ok {
		return w.deviceName(d)
	}
	return ""
}

// NeedsYou is what sync cannot mend without this person.
func (w *Workspace) NeedsYou() []string {
	out := []string{}
	st := w.replica.Status()
	if st.Halted != nil {
		p := Explain(st.Halted)
		out = append(out, p.Message+" "+p.Hint)
	}
	if w.Joining() {
		out = append(out, Explain(ErrJoining).Message)
	}
	for _, r := range w.replica.Requests() {
		out = append(out, fmt.Sprintf("%s asks to join, and waits for an admin.", firstOf(r.Name, "Somebody")))
	}
	for _, c := range w.besides() {
		out = append(out, strings.TrimSpace(c.What+" "+c.Next))
	}
	return out
}

// besides is what needs this person and has nothing to do with syncing: a store
// that refuses what the journal has, and values that are theirs to settle.
func (w *Workspace) besides() []Cause {
	out := []Cause{}
	w.asideMu.Lock()
	behind := w.storeErr
	w.asideMu.Unlock()
	if behind != nil {
		p := Explain(behind)
		out = append(out, Cause{Code: "store-behind", Yours: true, What: "What you write is in the journal, but the store behind it refuses it. " + p.Message, Safe: p.Safe, Next: p.Hint})
	}
	var open []artefact.View
	w.index.each(func(_ artefact.DocID, v artefact.View) {
		if len(v.Contested) > 0 && !v.Discarded {
			open = append(open, v)
		}
	})
	contested := 0
	for _, v := range open {
		if w.maySettle(&v, firstKey(v.Contested)) {
			contested++
		}
	}
	if contested > 0 {
		records := "record holds"
		if contested > 1 {
			records = "records hold"
		}
		out = append(out, Cause{Code: "contested", Yours: true, What: fmt.Sprintf("%s %s two values, and is yours to settle.", strings.ToUpper(kind.Count(contested)[:1])+kind.Count(contested)[1:], records)})
	}
	return out
}

func firstKey[V any](m map[string]V) string {
	keys := slices.Sorted(keysOf(m))
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}

// forget deletes the team from this device.
func (w *Workspace) forget() error {
	dir, data := w.dir, w.options.Dir
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(data, currentFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return another(data)
}

// Zone is the time zone of this device’s person.
func (w *Workspace) Zone() string { return w.zone(w.Me()).String() }

// City is this person’s.
func (w *Workspace) City() string { return cadence.City(w.zone(w.Me()).String()) }
