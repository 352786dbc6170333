package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// A stand-in for the leader of a log on a cluster, of which nobody can say when it will lag: it writes one message each time it was asked.
type leader struct {
	written, stops uint64
	gone           map[uint64]bool
	asked          int
}

var day = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func (l *leader) info(m *nats.Msg) {
	_ = m.Respond(fmt.Appendf(nil, `{"type":"io.nats.jetstream.api.v1.stream_info_response","config":{"name":"lh-team"},"state":{"last_seq":%d}}`, l.written))
}

func (l *leader) message(m *nats.Msg) {
	var q getRequest
	_ = json.Unmarshal(m.Data, &q)
	l.asked++
	answer := fmt.Appendf(nil, `{"message":{"seq":%d,"time":%q}}`, q.Seq, at(q.Seq).Format(time.RFC3339Nano))
	if q.Seq > l.written || l.gone[q.Seq] {
		answer = []byte(`{"error":{"code":404,"err_code":10037,"description":"no message found"}}`)
	}
	l.written = min(l.written+1, l.stops)
	_ = m.Respond(answer)
}

func at(seq uint64) time.Time { return day.Add(time.Duration(seq) * time.Second) }

func (l *leader) engine(t *testing.T) *JetStream {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	e, err := newJetStream(nc, 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	// One subscription, so that one thing is asked after the other.
	if _, err := nc.Subscribe("$JS.API.STREAM.*.>", func(m *nats.Msg) {
		if m.Subject == "$JS.API.STREAM.INFO.lh-team" {
			l.info(m)
		} else {
			l.message(m)
		}
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

func lasting(seq uint64) Cursor {
	return place{seq: seq, time: at(seq).UnixNano(), anchor: seq, anchorTime: at(seq).UnixNano()}.cursor()
}

func TestALeaderThatLagsBehindHasLostNothing(t *testing.T) {
	l := &leader{written: 3, stops: 9}
	p, err := l.engine(t).resume(t.Context(), "team", lasting(7))
	if err != nil || p.seq != 7 || l.asked < 4 {
		t.Errorf("read on at %d after asking %d times: %v", p.seq, l.asked, err)
	}
}

func TestALeaderThatStaysBehindLostWhatWasRead(t *testing.T) {
	l := &leader{written: 3, stops: 5}
	if _, err := l.engine(t).resume(t.Context(), "team", lasting(7)); !errors.Is(err, ErrRolledBack) {
		t.Errorf("read on: %v", err)
	}
}

func TestALeaderThatIsPastAGapIsNotWaitedFor(t *testing.T) {
	l := &leader{written: 9, stops: 9, gone: map[uint64]bool{7: true}}
	if _, err := l.engine(t).resume(t.Context(), "team", lasting(7)); !errors.Is(err, ErrRolledBack) || l.asked > 2 {
		t.Errorf("read on after asking %d times: %v", l.asked, err)
	}
}
