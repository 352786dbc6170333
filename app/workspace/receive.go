package workspace

import (
	"context"
	"errors"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/sync/journal"
	"longhand/sync/replica"
)

// received is a journal entry of any device, its signature verified.
type received struct {
	device  journal.DeviceID // whose words they are
	carrier journal.DeviceID // in whose journal they stand: another device of the same person, if that adopted them
	number  uint64
	body    []byte
}

// ErrNotItsWriter: a device signed a change that says another wrote it.
var ErrNotItsWriter = errors.New("the change names another writer than the one who signed it")

// arrived is a change with the entry that it came in.
type arrived struct {
	received
	change artefact.Change
	hash   automerge.Hash // of change
	at     int64          // when its writer says that it was written, in Unix milliseconds
}

// receive applies entries that the replica has verified. What is wrong with one
// does not hold up the others: it is set aside, and returned. An error is this
// device’s own trouble.
func (w *Workspace) receive(ctx context.Context, all []received) (refused replica.Refusals, err error) {
	w.taking.Lock()
	defer w.taking.Unlock()
	byDoc := map[artefact.DocID]*job{}
	var jobs []*job
	var unread []Refused
	for _, r := range all {
		c, meta, err := artefact.ParseChange(r.body)
		if err == nil && artefact.WriterOf(meta.Actor) != artefact.Device(r.device.String()) {
			err = ErrNotItsWriter
		}
		if err != nil {
			refused = append(refused, r.refusal(err.Error()))
			unread = append(unread, Refused{Device: r.device, Number: r.number, Why: err.Error(), Body: r.body})
			continue
		}
		j := byDoc[c.Doc]
		if j == nil {
			j = &job{doc: c.Doc}
			byDoc[c.Doc] = j
			jobs = append(jobs, j)
		}
		j.arrived = append(j.arrived, arrived{r, c, meta.Hash, meta.Time})
	}
	if err := w.setAside(unread...); err != nil {
		return nil, err
	}
	if err := w.takeIn(ctx, jobs, w.takenIn); err != nil {
		return nil, err
	}
	for _, j := range jobs {
		refused = append(refused, j.refused...)
	}
	return refused, nil
}

// takenIn tells how far it is with what has come, when that is much: somebody has
// joined, or comes back from a long absence.
func (w *Workspace) takenIn(done, of int) {
	if of > 4*jobsAtOnce {
		w.notify("progress", Progress{Task: "sync", Phase: "Reading what the others wrote", Done: float64(done) / float64(of), Ended: done == of})
	}
}

func (r received) refusal(why string) replica.Refusal {
	return replica.Refusal{Device: r.carrier, Number: r.number, Why: why}
}

// storeFailed remembers that the store lags behind the journal, for the status.
func (w *Workspace) storeFailed(err error) {
	w.asideMu.Lock()
	same := (err == nil) == (w.storeErr == nil)
	w.storeErr = err
	w.asideMu.Unlock()
	if !same {
		w.statusChanged()
	}
}
