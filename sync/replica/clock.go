package replica

import (
	"slices"
	"time"

	"longhand/sync/journal"
)

// Nothing here depends on clocks. They are compared only so that a wrong one can be named, and so that a silence can.

const (
	clockSlack    = 10 * time.Minute // what two clocks may differ by
	milestoneStep = 10 * time.Minute
	milestoneMost = 128
	silentAfter   = 72 * time.Hour
)

// memClock is remembered under keyClock. Instants are Unix milliseconds of the own clock.
type memClock struct {
	_     struct{}    `cbor:",toarray"`
	Sent  []milestone // ascending; own entries up to Number were sent at, or soon after, At
	Heard map[journal.DeviceID]hearing
}

type milestone struct {
	_      struct{} `cbor:",toarray"`
	Number uint64
	At     int64
}

type hearing struct {
	_    struct{} `cbor:",toarray"`
	At   int64    // when its last word came
	Skew int64    // by how much its clock is ahead of this one, in milliseconds, if that could be told; 0 if not
}

// sentNow notes that own entries up to number have been sent.
func (r *Replica) sentNow(number uint64) error {
	now, c := r.cfg.Now().UnixMilli(), &r.clock
	r.mu.Lock()
	if n := len(c.Sent); n > 0 && now-c.Sent[n-1].At < milestoneStep.Milliseconds() && now >= c.Sent[n-1].At {
		c.Sent[n-1].Number = max(c.Sent[n-1].Number, number)
	} else {
		c.Sent = append(c.Sent, milestone{Number: number, At: now})
	}
	if len(c.Sent) > milestoneMost { // the older, the fewer
		c.Sent = slices.Delete(c.Sent, 1, 2)
	}
	r.mu.Unlock()
	return r.save(keyClock, c)
}

// heardNow notes that somebody's word has come, and what it shows of their clock.
func (r *Replica) heardNow(s journal.Seen, genuine bool) error {
	now := r.cfg.Now()
	h := hearing{At: now.UnixMilli()}
	if ahead := s.At.Sub(now); ahead > clockSlack {
		h.Skew = ahead.Milliseconds()
	}
	r.mu.Lock()
	if sent, ok := r.sentBefore(s.Marks[r.me].Number); ok && genuine {
		// It holds what was sent then, so it cannot have spoken before.
		if behind := sent.Sub(s.At); behind > clockSlack {
			h.Skew = -behind.Milliseconds()
		}
	}
	if r.clock.Heard == nil {
		r.clock.Heard = map[journal.DeviceID]hearing{}
	}
	r.clock.Heard[s.Device] = h
	r.mu.Unlock()
	return r.save(keyClock, &r.clock)
}

// sentBefore is the last instant of which it is known that an own entry of at most this number was sent then. It is called under mu.
func (r *Replica) sentBefore(number uint64) (time.Time, bool) {
	for _, m := range slices.Backward(r.clock.Sent) {
		if m.Number <= number {
			return time.UnixMilli(m.At).UTC(), true
		}
	}
	return time.Time{}, false
}

// sentAt is when an own entry was sent, give or take; the zero time if that is not known. It is called under mu.
func (r *Replica) sentAt(number uint64) time.Time {
	for _, m := range r.clock.Sent {
		if m.Number >= number {
			return time.UnixMilli(m.At).UTC()
		}
	}
	return time.Time{}
}

// skews sorts out whose clock is off: this device's, if most of the others disagree with it in the same direction and there are at least two of
// them, or else theirs. It is called under mu.
func (r *Replica) skews() (own time.Duration, others map[journal.DeviceID]time.Duration) {
	others = map[journal.DeviceID]time.Duration{}
	var ahead, behind []time.Duration
	for d, h := range r.clock.Heard {
		skew := time.Duration(h.Skew) * time.Millisecond
		switch {
		case skew > 0:
			ahead = append(ahead, skew)
		case skew < 0:
			behind = append(behind, skew)
		}
		if skew != 0 {
			others[d] = skew
		}
	}
	for _, side := range [][]time.Duration{ahead, behind} {
		if len(side) >= 2 && 2*len(side) > len(r.clock.Heard) {
			slices.Sort(side)
			return -side[len(side)/2], nil
		}
	}
	return 0, others
}

// silentSince is since when a device that lacks something of this one's has said nothing, if that is too long. It is called under mu.
func (r *Replica) silentSince(d journal.DeviceID, upTo, sent uint64) (time.Time, bool) {
	if upTo >= sent {
		return time.Time{}, false
	}
	since := r.sentAt(upTo + 1)
	if heard := time.UnixMilli(r.clock.Heard[d].At).UTC(); r.clock.Heard[d].At != 0 && heard.After(since) {
		since = heard
	}
	return since, !since.IsZero() && r.cfg.Now().Sub(since) > silentAfter
}
