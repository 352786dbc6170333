package gateway

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"longhand/sync/gateway/wire"
)

// Limits bound what anybody can make the gateway do.
type Limits struct {
	DeviceRequests  float64       // a second
	TeamRequests    float64       // a second
	AddressRequests float64       // a second, of those without a session
	DeviceBytes     float64       // a second, put
	TeamBytes       float64       // a second, put
	Bodies          int64         // bytes of bodies being read, of all together
	Pages           int64         // pages being written at once
	Introductions   int64         // sessions with entries at once
	DeviceReads     int           // requests to read, waiting or not, of one device at once
	Teams           int           // rosters kept in memory
	Mailbox         int           // devices that may post to one invite
	Patience        time.Duration // for headers, and for a body or an answer besides a second for each 64 KiB
}

// DefaultLimits are generous for people and tight for programs that run wild.
func DefaultLimits() Limits {
	return Limits{
		DeviceRequests: 200, TeamRequests: 2000, AddressRequests: 200, DeviceBytes: 16 << 20, TeamBytes: 64 << 20,
		Bodies: 128 << 20, Pages: 64, Introductions: 2, DeviceReads: 4, Teams: 4096, Mailbox: 32, Patience: 10 * time.Second,
	}
}

// burst is how many seconds' worth may come at once.
const burst = 5

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, usual *float64 }{
		{&l.DeviceRequests, &d.DeviceRequests}, {&l.TeamRequests, &d.TeamRequests}, {&l.AddressRequests, &d.AddressRequests},
		{&l.DeviceBytes, &d.DeviceBytes}, {&l.TeamBytes, &d.TeamBytes},
	} {
		if *f.have == 0 {
			*f.have = *f.usual
		}
	}
	for _, f := range []struct{ have, usual *int64 }{{&l.Bodies, &d.Bodies}, {&l.Pages, &d.Pages}, {&l.Introductions, &d.Introductions}} {
		if *f.have == 0 {
			*f.have = *f.usual
		}
	}
	for _, f := range []struct{ have, usual *int }{{&l.DeviceReads, &d.DeviceReads}, {&l.Teams, &d.Teams}, {&l.Mailbox, &d.Mailbox}} {
		if *f.have == 0 {
			*f.have = *f.usual
		}
	}
	if l.Patience == 0 {
		l.Patience = d.Patience
	}
	return l
}

func (l Limits) timeFor(n int) time.Duration {
	return l.Patience + time.Duration(n/(64<<10))*l.Patience/10
}

// rates are the token buckets of whoever has asked lately.
type rates struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	reads   map[string]int
}

type bucketKey struct{ sort, who string }

type bucket struct {
	*rate.Limiter
	used time.Time
}

const bucketsMost = 1 << 16

func newRates(l Limits, now func() time.Time) *rates {
	return &rates{limits: l, now: now, buckets: map[bucketKey]*bucket{}, reads: map[string]int{}}
}

func (r *rates) take(sort, who string, perSecond float64, n int) *refusal {
	r.mu.Lock()
	k, now := bucketKey{sort, who}, r.now()
	b := r.buckets[k]
	if b == nil {
		r.sweep(now)
		b = &bucket{Limiter: rate.NewLimiter(rate.Limit(perSecond), max(int(perSecond*burst), 1))}
		r.buckets[k] = b
	}
	b.used = now
	r.mu.Unlock()
	n = min(n, b.Burst())
	if b.AllowN(now, n) {
		return nil
	}
	after := time.Duration(float64(n) / perSecond * float64(time.Second))
	return &refusal{code: wire.SlowDown, message: "too much at once", after: after}
}

// sweep forgets buckets that are full again. It is called under mu.
func (r *rates) sweep(now time.Time) {
	if len(r.buckets) < bucketsMost {
		return
	}
	for k, b := range r.buckets {
		if now.Sub(b.used) > burst*time.Second {
			delete(r.buckets, k)
		}
	}
	if len(r.buckets) >= bucketsMost { // a flood of addresses: nobody is forgiven by it for longer than this
		clear(r.buckets)
	}
}

// stranger counts a request of somebody without a session.
func (r *rates) stranger(req *http.Request) *refusal {
	return r.take("address", addressOf(req), r.limits.AddressRequests, 1)
}

// requests counts n of them: of many blobs that come in one, each counts.
func (r *rates) requests(team, device string, n int) *refusal {
	if f := r.take("device", device, r.limits.DeviceRequests, n); f != nil {
		return f
	}
	return r.take("team", team, r.limits.TeamRequests, n)
}

func (r *rates) body(team, device string, n int) *refusal {
	if f := r.take("device bytes", device, r.limits.DeviceBytes, n); f != nil {
		return f
	}
	return r.take("team bytes", team, r.limits.TeamBytes, n)
}

// reading counts a device's request to read.
func (r *rates) reading(device string) (done func(), f *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reads[device] >= r.limits.DeviceReads {
		return nil, refuse(wire.SlowDown, "this device reads already")
	}
	r.reads[device]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.reads[device]--; r.reads[device] == 0 {
			delete(r.reads, device)
		}
	}, nil
}

// addressOf is whom an address is counted for. Behind a proxy on this machine everybody would be one, so its word is taken.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		if via := r.Header.Values("X-Forwarded-For"); len(via) > 0 {
			all := strings.Split(via[len(via)-1], ",")
			return strings.TrimSpace(all[len(all)-1])
		}
	}
	return host
}

// slots bound what is in memory at once.
type slots struct {
	bodies, pages, introductions *semaphore.Weighted
}

func newSlots(l Limits) *slots {
	return &slots{semaphore.NewWeighted(l.Bodies), semaphore.NewWeighted(l.Pages), semaphore.NewWeighted(l.Introductions)}
}

// body reads a whole body of at most limit bytes, as fast as it has to come.
func (g *Gateway) body(a *answer, r *http.Request, limit int) (b []byte, done func(), f *refusal) {
	size := r.ContentLength
	switch {
	case size < 0:
		return nil, nil, refuse(wire.NoLength, "a body needs its length")
	case size > int64(limit):
		return nil, nil, refuse(wire.TooLarge, "%d bytes; at most %d are taken", size, limit)
	}
	wait, cancel := context.WithTimeout(r.Context(), g.limits.Patience)
	defer cancel()
	if err := g.slots.bodies.Acquire(wait, size); err != nil {
		return nil, nil, &refusal{code: wire.SlowDown, message: "too much at once", after: time.Second}
	}
	done = func() { g.slots.bodies.Release(size) }
	c := http.NewResponseController(a.ResponseWriter)
	_ = c.SetReadDeadline(time.Now().Add(g.limits.timeFor(int(size))))
	// What is announced is not believed: memory grows with what comes.
	b, err := io.ReadAll(io.LimitReader(r.Body, size))
	_ = c.SetReadDeadline(time.Time{})
	if err != nil || int64(len(b)) != size {
		done()
		a.Header().Set("Connection", "close")
		return nil, nil, refuse(wire.TooSlow, "the body did not come in time")
	}
	return b, done, nil
}
