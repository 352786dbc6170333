package replica

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/roster"
)

// BenchmarkANewcomerCatchesUp takes in, through a folder, what five people wrote: 20,000 entries of 200 bytes, sent in 500 segments.
func BenchmarkANewcomerCatchesUp(b *testing.B) {
	const writers, runs, each = 5, 100, 40
	m := relay.NewMemory("memory")
	team := newTeam(b, writers, map[string]relay.Relay{"m": m})
	for _, p := range team {
		p.now = noon
		for range runs {
			for n := range each {
				p.write(fmt.Sprint(n, strings.Repeat(" word", 40)))
			}
			p.sync()
		}
	}
	eva := newPerson(b).join(team[0].invite(roster.Terms{}).Code(), "", map[string]relay.Relay{"m": m})
	eva.sync()
	team[0].sync()
	root := filepath.Join(b.TempDir(), "shared")
	must(b, folder.Create(root))
	must(b, team[0].AddRelay("folder", folder.New(root, team[0].team, team[0].me, folder.Options{NoWatch: true})))
	team[0].sync()
	b.ResetTimer()
	for b.Loop() {
		eva.state, eva.applied = &memory{m: map[string][]byte{}}, map[string]bool{}
		keep := filepath.Join(b.TempDir(), "journal")
		must(b, folder.Create(keep))
		eva.keep = folder.New(keep, team[0].team, eva.me, folder.Options{NoWatch: true})
		eva.open(team[0].team)
		must(b, eva.AddRelay("folder", folder.New(root, team[0].team, eva.me, folder.Options{NoWatch: true})))
		report, err := eva.Sync(context.Background())
		must(b, err)
		if report.Received != writers*runs*each {
			b.Fatalf("received %d", report.Received)
		}
	}
}
