package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"longhand/sync/relay"
	"longhand/sync/relay/server"
)

// BenchmarkRelayTeams is one relay with 1,000 teams of 5 devices, all of which wait for news: its memory, and the CPU that it uses while nobody
// writes. The devices come as through a proxy, each team from an address of its own.
func BenchmarkRelayTeams(b *testing.B) {
	const teams, devices, idle = 1000, 5, 30 * time.Second
	p := start(b, "longhand-relay", "serve", "--data", b.TempDir(), "--open", "--listen", "127.0.0.1:0")
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var following sync.WaitGroup
	var waiting sync.WaitGroup
	began := time.Now()
	for n := range teams {
		tm := newTeam(b, devices)
		client := &http.Client{Transport: from{fmt.Sprintf("10.0.%d.%d", n/250, n%250), &http.Transport{MaxIdleConnsPerHost: devices}}}
		for d := range devices {
			s, err := server.New(p.address, tm.roster.Team(), tm.devices[d], server.Options{Entries: func() [][]byte { return tm.roster.Since(0) }, Client: client})
			must(b, err)
			if d == 0 {
				must(b, s.Enter(ctx))
			}
			waiting.Add(1)
			following.Go(func() {
				told := false
				_ = s.Follow(ctx, nil, func(blob relay.Blob, _ relay.Cursor) error {
					if blob.Kind == relay.Idle && !told {
						told = true
						waiting.Done()
					}
					return nil
				})
			})
		}
	}
	waiting.Wait()
	b.ReportMetric(time.Since(began).Seconds(), "s-to-arrive")
	used := cpu(b, p.cmd.Process.Pid)
	<-time.After(idle)
	b.ReportMetric(100*(cpu(b, p.cmd.Process.Pid)-used)/idle.Seconds(), "%cpu-idle")
	b.ReportMetric(rss(b, p.cmd.Process.Pid), "MiB-resident")
	cancel()
	following.Wait()
}

// from adds what a proxy would.
type from struct {
	address string
	inner   http.RoundTripper
}

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.inner.RoundTrip(r)
}

// cpu is the seconds that a process has used, in hundredths, as Linux counts them.
func cpu(b *testing.B, pid int) float64 {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	must(b, err)
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	var user, system float64
	_, err = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	must(b, err)
	return (user + system) / 100
}

func rss(b *testing.B, pid int) float64 {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(b, err)
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	must(b, err)
	return kib / 1024
}
