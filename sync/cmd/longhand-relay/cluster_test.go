package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/engine/enginetest"
	"longhand/sync/relay"
	"longhand/sync/relay/relaytest"
	"longhand/sync/relay/server"
)

func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

// natsNode is a program of the tests: one node of a cluster. Its arguments are its folder, its number, its addresses for clients and for the
// cluster, and all addresses for the cluster.
func natsNode() {
	dir, number, client, cluster, routes := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	hostPort := func(a string) (string, int) {
		h, p, _ := net.SplitHostPort(a)
		n, _ := strconv.Atoi(p)
		return h, n
	}
	o := &natsserver.Options{ServerName: "node-" + number, NoLog: true, NoSigs: true, JetStream: true, StoreDir: dir, SyncAlways: true,
		JetStreamMaxStore: 1 << 40, JetStreamMaxMemory: 64 << 20, MaxPayload: 8 << 20}
	o.Host, o.Port = hostPort(client)
	o.Cluster.Name = "relay"
	o.Cluster.Host, o.Cluster.Port = hostPort(cluster)
	for r := range strings.SplitSeq(routes, ",") {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: r})
	}
	s, err := natsserver.NewServer(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s.Start()
	if !s.ReadyForConnections(time.Minute) {
		os.Exit(1)
	}
	fmt.Printf("READY nats://%s\n", client)
	s.WaitForShutdown()
}

// cluster is three nodes, each a process.
type cluster struct {
	dirs, clients, routes []string
	nodes                 []*process
	js                    jetstream.JetStream
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	all := freeAddresses(t, 6)
	c := &cluster{clients: all[:3], routes: all[3:], nodes: make([]*process, 3)}
	for n := range 3 {
		c.dirs = append(c.dirs, t.TempDir())
		c.start(t, n)
	}
	nc, err := nats.Connect(c.url(), nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond))
	must(t, err)
	t.Cleanup(nc.Close)
	c.js, err = jetstream.New(nc)
	must(t, err)
	until(t, "the cluster has a leader", func(ctx context.Context) bool {
		_, err := c.js.AccountInfo(ctx)
		return err == nil
	})
	return c
}

func (c *cluster) start(t *testing.T, n int) {
	t.Helper()
	c.nodes[n] = start(t, "nats-node", c.dirs[n], strconv.Itoa(n), c.clients[n], c.routes[n], strings.Join(c.routes, ","))
}

func (c *cluster) url() string { return "nats://" + strings.Join(c.clients, ",nats://") }

// leader is the number of the node that leads a team's stream, once all its replicas are current.
func (c *cluster) leader(t *testing.T, stream string) int {
	t.Helper()
	leader := -1
	until(t, "all replicas are current", func(ctx context.Context) bool {
		s, err := c.js.Stream(ctx, stream)
		if err != nil || s.CachedInfo().Cluster == nil || len(s.CachedInfo().Cluster.Replicas) != 2 {
			return false
		}
		for _, r := range s.CachedInfo().Cluster.Replicas {
			if !r.Current || r.Offline {
				return false
			}
		}
		n, err := strconv.Atoi(strings.TrimPrefix(s.CachedInfo().Cluster.Leader, "node-"))
		leader = n
		return err == nil
	})
	return leader
}

// until asks other processes again and again: they have no way to tell.
func until(t *testing.T, what string, so func(context.Context) bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		ok := so(ctx)
		cancel()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// emptied removes what earlier cases of a contract left behind: making a cluster for each would take a minute.
func (c *cluster) emptied(t *testing.T) {
	t.Helper()
	names := c.js.StreamNames(t.Context())
	for name := range names.Name() {
		must(t, c.js.DeleteStream(t.Context(), name))
	}
	must(t, names.Err())
}

func (c *cluster) engine(t *testing.T) engine.Engine {
	t.Helper()
	e, err := engine.Connect(t.Context(), c.url(), 3)
	must(t, err)
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// Two gateways on three nodes keep every contract, and losing the leader again and again under load loses nothing.
func TestAClusterWhoseLeaderIsKilledGoesOnAndLosesNothing(t *testing.T) {
	c := newCluster(t)
	t.Run("the engine keeps the contract", func(t *testing.T) {
		enginetest.Run(t, func(t *testing.T) engine.Engine { c.emptied(t); return c.engine(t) })
	})
	t.Run("the relay keeps the contract", func(t *testing.T) {
		relaytest.Run(t, func() relay.Relay {
			c.emptied(t)
			p := start(t, "longhand-relay", "serve", "--data", t.TempDir(), "--open", "--listen", "127.0.0.1:0", "--nats", c.url(), "--replicas", "3")
			s, err := server.New(p.address, relaytest.Team, relaytest.Identity(), server.Options{Entries: func() [][]byte {
				var out [][]byte
				for _, b := range relaytest.Ground() {
					out = append(out, b.Bytes)
				}
				return out
			}})
			must(t, err)
			return s
		})
	})
	t.Run("killed leaders", func(t *testing.T) {
		c.emptied(t)
		var gates []*process
		for range 2 {
			gates = append(gates, start(t, "longhand-relay", "serve", "--data", t.TempDir(), "--open", "--listen", "127.0.0.1:0", "--nats", c.url(), "--replicas", "3"))
		}
		tm := newTeam(t, writers)
		var relays []*server.Server
		for n := range writers {
			relays = append(relays, tm.relay(t, gates[n%2].address, n))
		}
		tm.bring(t, relays[0])
		stream := "lh-" + tm.roster.Team().String()
		l := tm.load(t, relays)
		var took []time.Duration
		for range times(5, 20) {
			l.await(t, 100)
			n := c.leader(t, stream)
			c.nodes[n].kill()
			began := time.Now()
			l.await(t, writers+1) // one of them at least was asked for after the kill
			took = append(took, time.Since(began))
			c.start(t, n)
		}
		acked := l.end(t)
		c.leader(t, stream)
		if n := lost(t, tm.relay(t, gates[1].address, 0), acked); n > 0 {
			t.Errorf("%d of %d acknowledged blobs are lost", n, len(acked))
		}
		slices.Sort(took)
		t.Logf("%d kills of the leader, %d acknowledged; until the next acknowledgement: least %v, median %v, most %v", len(took), len(acked), took[0], took[len(took)/2], took[len(took)-1])
	})
}
