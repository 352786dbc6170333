package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/relay/server"
)

// Each benchmark measures itself and its floor in one run, in turns, and reports the ratio. `make bench` runs them with -benchtime 1x.

func unlimited() gateway.Limits {
	return gateway.Limits{DeviceRequests: 1e9, TeamRequests: 1e9, AddressRequests: 1e9, DeviceBytes: 1e12, TeamBytes: 1e12}
}

func benchPlace(b *testing.B) *place {
	b.Helper()
	e, err := engine.Embedded(context.Background(), b.TempDir())
	must(b, err)
	b.Cleanup(func() { _ = e.Close() })
	return newPlace(b, e, gateway.Options{Limits: unlimited(), Admission: gateway.Open{Quota: 4 << 30}})
}

// median of what was measured.
func median(d []float64) float64 {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkRelayAppend is 64 devices that bring what they wrote while away, segments of one entry, against 64 publishers of the same bytes to bare
// JetStream: one stream, and each blob synced before it is acknowledged. Both sides do it in two ways: a blob at a time, waiting for each answer, and with
// up to 64 on the way (devices put them together; publishers wait for their answers afterwards). Ours has besides, in this one process, both ends of an
// HTTP connection for each device, who asks, each segment's signature, the key that must be new, and the news of it; sealing, signing and opening
// sessions are in neither. What else the machine does falls on one turn and not on the next, so turns are short, take the lead alternately, and are
// compared in pairs; the quartiles tell how far to trust their median.
func BenchmarkRelayAppend(b *testing.B) {
	const writers, each, turns = 64, 32, 14
	p := benchPlace(b)
	tm := newTeam(b, writers)
	tm.bring(b, p)
	js := bareJetStream(b)
	var relays []*server.Server
	for n := range writers {
		relays = append(relays, tm.relay(b, p, n))
		must(b, relays[n].Enter(b.Context()))
	}
	made := uint64(0)
	seal := func() [][]relay.Blob {
		all := make([][]relay.Blob, writers)
		for n := range all {
			for i := range uint64(each) {
				raw := tm.segment(b, n, made+i+1)
				h, err := journal.ParseHeader(raw)
				must(b, err)
				all[n] = append(all[n], relay.Blob{Kind: relay.Segment, Author: h.Device, First: h.First, Last: h.Last, Bytes: raw})
			}
		}
		made += each
		runtime.GC() // what sealing left behind
		return all
	}
	rate := func(all [][]relay.Blob, put func(n int, all []relay.Blob) error) float64 {
		began := time.Now()
		var wg sync.WaitGroup
		for n := range writers {
			wg.Go(func() {
				if err := put(n, all[n]); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		return writers * each / time.Since(began).Seconds()
	}
	alone := func(n int, all []relay.Blob) error {
		for _, one := range all {
			if err := relays[n].Put(b.Context(), one); err != nil {
				return err
			}
		}
		return nil
	}
	together := func(n int, all []relay.Blob) error {
		return relay.PutSegments(b.Context(), relays[n], all, func(int) error { return nil })
	}
	bareAlone := func(n int, all []relay.Blob) error {
		for _, one := range all {
			if _, err := js.Publish(b.Context(), fmt.Sprintf("bare.%d", n), one.Bytes); err != nil {
				return err
			}
		}
		return nil
	}
	bareTogether := func(n int, all []relay.Blob) error {
		var acks []jetstream.PubAckFuture
		for _, one := range all {
			ack, err := js.PublishAsync(fmt.Sprintf("bare.%d", n), one.Bytes)
			if err != nil {
				return err
			}
			acks = append(acks, ack)
		}
		for _, ack := range acks {
			select {
			case <-ack.Ok():
			case err := <-ack.Err():
				return err
			}
		}
		return nil
	}
	for _, way := range []struct {
		name       string
		ours, bare func(int, []relay.Blob) error
	}{{"together", together, bareTogether}, {"alone", alone, bareAlone}} {
		var ours, bare, ratios []float64
		for turn := range turns {
			all := seal()
			var o, f float64
			if turn%2 == 0 {
				o, f = rate(all, way.ours), rate(all, way.bare)
			} else {
				f, o = rate(all, way.bare), rate(all, way.ours)
			}
			ours, bare, ratios = append(ours, o), append(bare, f), append(ratios, o/f)
		}
		goal := map[string]string{"together": "(>=0.7)"}[way.name]
		b.ReportMetric(median(ours), way.name+"/s")
		b.ReportMetric(median(bare), "bare-"+way.name+"/s")
		b.ReportMetric(median(ratios), way.name+"-ratio"+goal) // sorts them
		b.ReportMetric(ratios[turns/4], way.name+"-lower-quartile")
		b.ReportMetric(ratios[turns*3/4], way.name+"-upper-quartile")
	}
}

// bareJetStream is a stream with the durability of a relay's and nothing else.
func bareJetStream(b *testing.B) jetstream.JetStream {
	b.Helper()
	s, err := natsserver.NewServer(&natsserver.Options{ServerName: "bare", DontListen: true, NoSigs: true, NoLog: true, JetStream: true, StoreDir: b.TempDir(), SyncAlways: true, JetStreamMaxStore: 1 << 40, MaxPayload: 8 << 20})
	must(b, err)
	s.Start()
	b.Cleanup(s.Shutdown)
	nc, err := nats.Connect("", nats.InProcessServer(s))
	must(b, err)
	b.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(b, err)
	_, err = js.CreateStream(context.Background(), jetstream.StreamConfig{Name: "bare", Subjects: []string{"bare.>"}})
	must(b, err)
	return js
}

// BenchmarkRelayCatchUp takes in 100,000 changes in 2,500 segments: follow, write to the disk, verify and open; against the same bytes copied over HTTP
// from a file server, written, verified and opened. The third figure is a whole replica, which keeps every segment in a file of its own.
func BenchmarkRelayCatchUp(b *testing.B) {
	const segments, each, turns = 2500, 40, 3
	p := benchPlace(b)
	tm := newTeam(b, 2)
	at := tm.bring(b, p)
	var all [][]byte
	var prev journal.Hash
	for n := range segments {
		var entries []journal.Entry
		for i := range each {
			number := uint64(n*each + i + 1)
			e, err := journal.NewEntry(strings.NewReader(fmt.Sprintf("%016d", number)), tm.devices[0].Device(), number, fmt.Appendf(nil, "change %d %s", number, strings.Repeat(fmt.Sprint(number*7919), 20)))
			must(b, err)
			entries = append(entries, e)
		}
		raw, err := journal.Seal(tm.devices[0], tm.key, tm.roster.Team(), prev, entries)
		must(b, err)
		h, err := journal.ParseHeader(raw)
		must(b, err)
		prev = h.Tip
		all = append(all, raw)
		must(b, at.Put(b.Context(), relay.Blob{Kind: relay.Segment, First: h.First, Last: h.Last, Bytes: raw}))
	}
	dir := b.TempDir()
	must(b, os.WriteFile(filepath.Join(dir, "all"), slices.Concat(all...), 0o600))
	files := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer files.Close()
	pub, keys := tm.devices[0].Public(), journal.Keyring{tm.key.ID(): tm.key}
	open := func(raw []byte) {
		if _, err := journal.Verify(raw, pub); err != nil {
			b.Fatal(err)
		}
		if _, err := journal.Open(raw, keys); err != nil {
			b.Fatal(err)
		}
	}
	var ours, floor, whole []float64
	for turn := range turns {
		began := time.Now()
		f, err := os.Create(filepath.Join(dir, fmt.Sprint("ours", turn)))
		must(b, err)
		var got [][]byte
		stop := errors.New("stop")
		err = tm.relay(b, p, 1).Follow(b.Context(), nil, func(one relay.Blob, _ relay.Cursor) error {
			if one.Kind == relay.Idle {
				return stop
			}
			if one.Kind == relay.Segment {
				got = append(got, one.Bytes)
			}
			_, err := f.Write(one.Bytes)
			return err
		})
		if !errors.Is(err, stop) || len(got) != segments {
			b.Fatalf("%d segments: %v", len(got), err)
		}
		must(b, errors.Join(f.Sync(), f.Close()))
		for _, raw := range got {
			open(raw)
		}
		ours = append(ours, time.Since(began).Seconds())

		began = time.Now()
		a, err := http.Get(files.URL + "/all")
		must(b, err)
		f, err = os.Create(filepath.Join(dir, fmt.Sprint("floor", turn)))
		must(b, err)
		_, err = io.Copy(f, a.Body)
		must(b, errors.Join(err, a.Body.Close(), f.Sync(), f.Close()))
		for _, raw := range all {
			open(raw)
		}
		floor = append(floor, time.Since(began).Seconds())

		began = time.Now()
		keep := filepath.Join(dir, fmt.Sprint("keep", turn))
		must(b, folder.Create(keep))
		d := newDeviceKeeping(b, tm, 1, 0, folder.New(keep, tm.roster.Team(), tm.devices[1].Device(), folder.Options{NoWatch: true}))
		d.use(b, p, tm)
		report, err := d.Sync(b.Context())
		must(b, err)
		if report.Received != segments*each {
			b.Fatalf("received %d", report.Received)
		}
		whole = append(whole, time.Since(began).Seconds())
	}
	o, f := median(ours), median(floor)
	b.ReportMetric(o, "s")
	b.ReportMetric(f, "floor-s")
	b.ReportMetric(o/f, "ratio(<=1.5)")
	b.ReportMetric(median(whole), "whole-replica-s")
}

// BenchmarkRelayPush is from an entry written on one device to its being applied on another, without the flush interval.
func BenchmarkRelayPush(b *testing.B) {
	const pushes = 300
	p := benchPlace(b)
	tm := newTeam(b, 2)
	tm.bring(b, p)
	from, to := newDevice(b, tm, 0, time.Nanosecond), newDevice(b, tm, 1, time.Nanosecond)
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(b.Context())
	for _, d := range []*device{from, to} {
		d.use(b, p, tm)
		wg.Go(func() { _ = d.Run(ctx) })
	}
	var took []float64
	for n := range pushes {
		began := time.Now()
		line := fmt.Sprintf("line %d", n)
		from.write(b, line)
		from.Nudge()
		for {
			<-to.wake
			to.mu.Lock()
			there := to.have[line]
			to.mu.Unlock()
			if there {
				break
			}
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
	}
	cancel()
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "p50-ms")
	b.ReportMetric(took[len(took)*95/100], "p95-ms(<=300)")
}
