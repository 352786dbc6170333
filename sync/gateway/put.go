package gateway

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// putter checks one kind of blob and stores it. Who carries it does not matter; who wrote it does.
type putter struct {
	kind  relay.Kind
	guest bool // guests may
	store func(*Gateway, context.Context, caller, []byte) (stored bool, err error)
}

func putters() map[string]*putter {
	return map[string]*putter{
		"segment": {relay.Segment, false, (*Gateway).putSegment},
		"roster":  {relay.Roster, false, (*Gateway).putRoster},
		"seen":    {relay.Seen, false, (*Gateway).putSeen},
		"mail":    {relay.Mail, true, (*Gateway).putMail},
	}
}

// putSegments stores many segments of anybody's with one sync of the disk. One that is refused keeps none of the others out.
func (g *Gateway) putSegments(a *answer, r *http.Request, who caller) {
	if who.role == wire.Guest {
		a.fail(notMember())
		return
	}
	b, done, f := g.paidBody(a, r, who, wire.MaxSegments)
	if f != nil {
		a.fail(f)
		return
	}
	defer done()
	all, err := wire.SplitSegments(b)
	if err != nil {
		a.refuse(wire.BadRequest, "the body is not segments, each after its length")
		return
	}
	team, device := who.names()
	if f := g.rates.requests(team, device, len(all)-1); f != nil {
		a.fail(f)
		return
	}
	answers := make([]wire.Answer, len(all))
	var records []engine.Record
	at := map[string]int{} // the first of each key
	for i, raw := range all {
		blob, err := checkSegment(who, raw)
		if err != nil {
			f := g.putFailure(err)
			answers[i] = wire.Answer{Code: f.code, Message: f.message}
			continue
		}
		key := wire.KeyOf(blob)
		if _, twice := at[key]; twice {
			answers[i].Duplicate = true
			continue
		}
		at[key] = i
		records = append(records, engine.Record{Key: key, Bytes: raw})
	}
	stored, err := g.engine.AppendAll(r.Context(), who.team.log, records)
	if err != nil {
		a.fail(g.putFailure(err))
		return
	}
	for n, record := range records {
		g.metrics.put("segment", stored[n], len(record.Bytes))
		answers[at[record.Key]].Duplicate = !stored[n]
	}
	a.json(http.StatusOK, wire.Answers{Answers: answers})
}

// paidBody is the body of a member or guest, once their allowance has been charged with it.
func (g *Gateway) paidBody(a *answer, r *http.Request, who caller, limit int) (b []byte, done func(), f *refusal) {
	if r.ContentLength > 0 {
		team, device := who.names()
		if f := g.rates.body(team, device, int(min(r.ContentLength, 8<<20))); f != nil {
			return nil, nil, f
		}
	}
	return g.body(a, r, limit)
}

func (g *Gateway) put(a *answer, r *http.Request, who caller, name string) {
	p := putters()[name]
	if who.role == wire.Guest && !p.guest {
		a.fail(notMember())
		return
	}
	b, done, f := g.paidBody(a, r, who, p.kind.Max())
	if f != nil {
		a.fail(f)
		return
	}
	defer done()
	stored, err := p.store(g, r.Context(), who, b)
	if err != nil {
		a.fail(g.putFailure(err))
		return
	}
	g.metrics.put(name, stored, len(b))
	if stored {
		a.json(http.StatusCreated, wire.Stored{})
		return
	}
	a.json(http.StatusOK, wire.Stored{Duplicate: true})
}

var (
	errUnknownAuthor = errors.New("the roster does not know who wrote this")
	errOtherTeam     = errors.New("this belongs to another team")
	errNoMailbox     = errors.New("there is no open invitation with this mailbox")
	errMailboxFull   = errors.New("the mailbox is full")
)

// putFailure is what the carrier of a blob is told.
func (g *Gateway) putFailure(err error) *refusal {
	var version *journal.UnknownVersionError
	switch {
	case errors.As(err, &version):
		return refuse(wire.UnknownVersion, "%v", err)
	case errors.Is(err, errUnknownAuthor):
		return refuse(wire.UnknownAuthor, "the roster does not know who wrote this")
	case errors.Is(err, errOtherTeam), errors.Is(err, roster.ErrOtherTeam):
		return refuse(wire.OtherTeam, "this belongs to another team")
	case errors.Is(err, errNoMailbox):
		return refuse(wire.InviteClosed, "there is no open invitation with this mailbox")
	case errors.Is(err, errMailboxFull):
		return refuse(wire.Full, "the mailbox is full")
	case errors.Is(err, roster.ErrParents):
		return refuse(wire.MissingParents, "the entry names others that are not here")
	case errors.Is(err, journal.ErrForged), errors.Is(err, roster.ErrForged):
		return refuse(wire.Forged, "the signature does not hold")
	case errors.Is(err, journal.ErrDamaged), errors.Is(err, journal.ErrTooLarge), errors.Is(err, journal.ErrBrokenChain):
		return refuse(wire.Damaged, "this is no whole blob")
	case errors.Is(err, engine.ErrFull), errors.Is(err, engine.ErrUnavailable), errors.Is(err, engine.ErrNoLog), errors.Is(err, context.Canceled):
		return g.engineFailure(err)
	}
	return refuse(wire.NotPermitted, "the entry is not permitted")
}

func (g *Gateway) putSegment(ctx context.Context, who caller, b []byte) (bool, error) {
	blob, err := checkSegment(who, b)
	if err != nil {
		return false, err
	}
	return g.engine.Append(ctx, who.team.log, engine.Record{Key: wire.KeyOf(blob), Bytes: b}, nil)
}

// checkSegment refuses what is no segment of this team, signed by a device that its roster knows.
func checkSegment(who caller, b []byte) (blob relay.Blob, err error) {
	h, err := journal.ParseHeader(b)
	if err != nil {
		return blob, err
	}
	if h.Team != who.team.id {
		return blob, errOtherTeam
	}
	author, known := who.team.state().Author(h.Device)
	if !known || author.Kit { // a recovery kit enrols a device and writes nothing
		return blob, errUnknownAuthor
	}
	if _, err := journal.Verify(b, author.Public); err != nil {
		return blob, err
	}
	return relay.Blob{Kind: relay.Segment, Author: h.Device, First: h.First, Last: h.Last, Bytes: b}, nil
}

func rosterKey(raw []byte) string { return wire.KeyOf(relay.Blob{Kind: relay.Roster, Bytes: raw}) }

func (g *Gateway) putRoster(ctx context.Context, who caller, b []byte) (bool, error) {
	return who.team.add(ctx, rosterKey(b), b)
}

func (g *Gateway) putSeen(ctx context.Context, who caller, b []byte) (bool, error) {
	h, err := journal.ParseSeenHeader(b)
	if err != nil {
		return false, err
	}
	if h.Team != who.team.id {
		return false, errOtherTeam
	}
	author, known := who.team.state().Device(h.Device)
	if !known || author.Kit {
		return false, errUnknownAuthor
	}
	// Without a key the signature is all that can be looked at, and it is looked at first.
	genuine := func(b []byte) error {
		if _, err := journal.OpenSeen(b, author.Public, nil); !errors.Is(err, journal.ErrNoKey) {
			return err
		}
		return nil
	}
	if err := genuine(b); err != nil {
		return false, err
	}
	key := wire.KeyOf(relay.Blob{Kind: relay.Seen, Author: h.Device})
	return g.engine.Append(ctx, who.team.log, engine.Record{Key: key, Bytes: b}, func(old []byte) bool {
		was, err := journal.ParseSeenHeader(old)
		return err != nil || genuine(old) != nil || was.Counter < h.Counter
	})
}

func (g *Gateway) putMail(ctx context.Context, who caller, b []byte) (bool, error) {
	q, err := roster.ParseRequest(b)
	if err != nil {
		return false, err
	}
	if q.Team != who.team.id {
		return false, errOtherTeam
	}
	s := who.team.state()
	if _, known := s.Device(q.Device()); known {
		return false, nil // let in already
	}
	if _, open := s.Invite(q.Invite); !open {
		if mayBeGuest(s, q.Device(), q.Invite) == nil {
			return false, nil // waits for an admin, who has the mail
		}
		return false, errNoMailbox
	}
	if who.role == wire.Guest && (who.invite != q.Invite || who.device != q.Device()) {
		return false, errNoMailbox
	}
	key := wire.KeyOf(relay.Blob{Kind: relay.Mail, Mailbox: q.Invite, Author: q.Device()})
	if err := g.roomInMailbox(ctx, who.team.log, q.Invite, key); err != nil {
		return false, err
	}
	return g.engine.Append(ctx, who.team.log, engine.Record{Key: key, Bytes: b}, func(old []byte) bool { return !bytes.Equal(old, b) })
}

// roomInMailbox counts who has posted to an invite: its holder can draw as many device keys as they like.
func (g *Gateway) roomInMailbox(ctx context.Context, log string, invite roster.InviteID, key string) error {
	posted, mine := 0, false
	for page := (engine.Page{More: true}); page.More; {
		var err error
		page, err = g.engine.ReadFrom(ctx, log, wire.MailSort, page.Next, 1<<20, func(r engine.Record) error {
			if b, err := wire.ParseKey(r.Key, r.Bytes); err == nil && b.Mailbox == invite {
				posted++
				mine = mine || r.Key == key
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if !mine && posted >= g.limits.Mailbox {
		return errMailboxFull
	}
	return nil
}
