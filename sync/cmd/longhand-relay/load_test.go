package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/server"
	"longhand/sync/roster"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// team is a team whose devices are only keys: they write segments and read them, as fast as they can.
type team struct {
	roster  *roster.Roster
	devices []*journal.Identity
	key     journal.EpochKey
}

func newTeam(t testing.TB, n int) *team {
	t.Helper()
	at := time.Now()
	identity := func() *journal.Identity {
		id, err := journal.NewIdentity(rand.Reader)
		must(t, err)
		return id
	}
	tm := &team{devices: []*journal.Identity{identity()}}
	founder := tm.devices[0]
	r, err := roster.Found(rand.Reader, founder, roster.PersonID{1}, at)
	must(t, err)
	tm.roster = r
	for len(tm.devices) < n {
		id := identity()
		inv, err := roster.NewInvite(rand.Reader, r.Team(), nil)
		must(t, err)
		must(t, r.Invite(founder, at, inv, roster.Terms{Role: roster.RoleMember, Expires: at.Add(time.Hour)}))
		request, err := inv.Request(id, roster.PersonID{byte(len(tm.devices)), 9}, "")
		must(t, err)
		must(t, r.Admit(rand.Reader, founder, at, request))
		tm.devices = append(tm.devices, id)
	}
	key, ok := r.WriteKey(founder)
	if !ok {
		t.Fatal("the founder has no key")
	}
	tm.key = key
	return tm
}

// relay is the server at an address, for one of the devices. It does not give up.
func (tm *team) relay(t testing.TB, address string, n int) *server.Server {
	t.Helper()
	s, err := server.New(address, tm.roster.Team(), tm.devices[n], server.Options{
		Entries: func() [][]byte { return tm.roster.Since(0) }, Tries: 1000, Pause: 20 * time.Millisecond,
	})
	must(t, err)
	return s
}

// bring puts the whole roster there, so that every device is known.
func (tm *team) bring(t testing.TB, at relay.Relay) {
	t.Helper()
	for _, raw := range tm.roster.Since(0) {
		must(t, at.Put(t.Context(), relay.Blob{Kind: relay.Roster, Team: tm.roster.Team(), Bytes: raw}))
	}
}

// segment is one entry of a device.
func (tm *team) segment(t testing.TB, n int, number uint64, prev *journal.Hash, body []byte) relay.Blob {
	t.Helper()
	id := tm.devices[n]
	e, err := journal.NewEntry(rand.Reader, id.Device(), number, body)
	must(t, err)
	b, err := journal.Seal(id, tm.key, tm.roster.Team(), *prev, []journal.Entry{e})
	must(t, err)
	h, err := journal.ParseHeader(b)
	must(t, err)
	*prev = h.Tip
	return relay.Blob{Kind: relay.Segment, Team: tm.roster.Team(), Author: id.Device(), First: number, Last: number, Bytes: b}
}

// load is every device writing: one segment after the other, or many together.
type load struct {
	team   *team
	stop   context.CancelFunc
	ctx    context.Context
	wg     sync.WaitGroup
	count  atomic.Int64
	more   chan struct{} // something was acknowledged
	mu     sync.Mutex
	acked  []relay.Blob
	failed error
}

func (tm *team) load(t testing.TB, relays []*server.Server) *load {
	t.Helper()
	l := &load{team: tm, more: make(chan struct{}, 1)}
	l.ctx, l.stop = context.WithCancel(t.Context())
	for n := range tm.devices {
		l.wg.Go(func() {
			var prev journal.Hash
			for number := uint64(0); l.ctx.Err() == nil; {
				var all []relay.Blob
				for range 1 + 15*(n%2) { // every other device brings many at once
					number++
					all = append(all, tm.segment(t, n, number, &prev, bytes.Repeat([]byte{byte(number)}, 300)))
				}
				err := relay.PutSegments(l.ctx, relays[n], all, func(i int) error {
					l.mu.Lock()
					l.acked = append(l.acked, all[i])
					l.mu.Unlock()
					l.count.Add(1)
					select {
					case l.more <- struct{}{}:
					default:
					}
					return nil
				})
				if err != nil && l.ctx.Err() == nil {
					l.mu.Lock()
					l.failed = errors.Join(l.failed, err)
					l.mu.Unlock()
				}
				if err != nil {
					return
				}
			}
		})
	}
	return l
}

// await returns when n more blobs have been acknowledged.
func (l *load) await(t testing.TB, n int64) {
	t.Helper()
	for want := l.count.Load() + n; l.count.Load() < want; {
		select {
		case <-l.more:
		case <-t.Context().Done():
			t.Fatal("no more was acknowledged")
		}
	}
}

// end stops the load and returns what was acknowledged.
func (l *load) end(t testing.TB) []relay.Blob {
	t.Helper()
	l.stop()
	l.wg.Wait()
	if l.failed != nil {
		t.Errorf("a device gave up: %v", l.failed)
	}
	return l.acked
}

var errEnough = errors.New("enough")

// lost is how many of the blobs a relay does not deliver whole to whoever follows it from the beginning.
func lost(t testing.TB, from relay.Relay, want []relay.Blob) int {
	t.Helper()
	have := map[relay.Ref]bool{}
	err := from.Follow(t.Context(), nil, func(b relay.Blob, _ relay.Cursor) error {
		if b.Kind == relay.Idle {
			return errEnough
		}
		have[relay.RefOf(b)] = true
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	n := 0
	for _, b := range want {
		if !have[relay.RefOf(b)] {
			n++
		}
	}
	return n
}

// process is a program that says READY and an address.
type process struct {
	cmd     *exec.Cmd
	address string
}

func start(t testing.TB, name string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir())
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p := &process{cmd: cmd}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "READY ")
	if err != nil || !ok {
		t.Fatalf("%s %s said %q: %v: %s", name, args, line, err, said.String())
	}
	p.address = address
	return p
}

// kill ends it as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// times is how often a thing is done: the first number, or the second in the torture runs.
func times(usual, torture int) int {
	if os.Getenv("LONGHAND_TORTURE") != "" {
		return torture
	}
	return usual
}

func host(address string) string {
	_, h, _ := strings.Cut(address, "://")
	return h
}

func freeAddresses(t testing.TB, n int) []string {
	t.Helper()
	var out []string
	for range n {
		l, err := listen()
		must(t, err)
		defer l.Close()
		out = append(out, fmt.Sprint(l.Addr()))
	}
	return out
}
