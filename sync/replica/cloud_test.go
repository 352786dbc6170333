package replica

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cloud copies each device's own directory to everybody else's copy of the folder, as badly as cloud drives do.
type cloud struct {
	t     testing.TB
	rng   *rand.Rand
	roots []string // one copy of the folder for each device
	owner []string // the device's directory, relative to the root
	there []map[string][]byte
	queue []errand
	calm  bool
}

// errand is a file that is to appear in, or to go from, one copy of the folder.
type errand struct {
	root, name string
	content    []byte // nil: it goes
	steps      int    // still to be waited for
}

func (c *cloud) add(root, own string) {
	c.roots, c.owner, c.there = append(c.roots, root), append(c.owner, own), append(c.there, map[string][]byte{})
	for i := range len(c.roots) - 1 { // a new copy of the folder starts with all that the cloud has
		for name, content := range c.there[i] {
			c.queue = append(c.queue, errand{root, name, content, c.delay()})
		}
	}
}

func (c *cloud) delay() int {
	switch {
	case c.calm:
		return 0
	case c.rng.IntN(8) == 0:
		return 3 + c.rng.IntN(12)
	}
	return c.rng.IntN(3)
}

// look notes what has changed in the directories that their owners write.
func (c *cloud) look() {
	for i, root := range c.roots {
		now := map[string][]byte{}
		must(c.t, filepath.WalkDir(filepath.Join(root, c.owner[i]), func(p string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				return err
			}
			rel, err := filepath.Rel(root, p)
			if err == nil {
				now[rel], err = os.ReadFile(p)
			}
			return err
		}))
		for _, name := range sortedNames(now) {
			if c.there[i][name] == nil {
				c.send(i, name, now[name])
			}
		}
		for _, name := range sortedNames(c.there[i]) {
			if now[name] == nil {
				c.send(i, name, nil)
			}
		}
		c.there[i] = now
	}
}

func (c *cloud) send(from int, name string, content []byte) {
	for j, root := range c.roots {
		if j != from {
			c.queue = append(c.queue, errand{root, name, content, c.delay()})
		}
	}
}

func (c *cloud) step() {
	c.look()
	queue := c.queue
	c.queue = nil
	if c.calm {
		// What goes must not come back because an older errand was slower.
		slices.SortStableFunc(queue, func(a, b errand) int { return btoi(a.content == nil) - btoi(b.content == nil) })
	} else {
		c.rng.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
	}
	for _, e := range queue {
		if e.steps > 0 && !c.calm {
			e.steps--
			c.queue = append(c.queue, e)
			continue
		}
		c.run(e)
	}
}

func (c *cloud) run(e errand) {
	to := filepath.Join(e.root, e.name)
	if e.content == nil {
		if c.calm || c.rng.IntN(4) > 0 { // some deletions never arrive
			_ = os.Remove(to)
		}
		return
	}
	must(c.t, os.MkdirAll(filepath.Dir(to), 0o777))
	later := e
	later.steps = 1 + c.rng.IntN(6)
	write := func(name string, b []byte) { must(c.t, os.WriteFile(name, b, 0o666)) }
	ext := filepath.Ext(to)
	if c.calm {
		write(to, e.content)
		return
	}
	switch c.rng.IntN(10) {
	case 0: // half of it now
		write(to, e.content[:c.rng.IntN(len(e.content))])
		c.queue = append(c.queue, later)
	case 1: // only a conflicted copy for now
		write(strings.TrimSuffix(to, ext)+" (conflicted copy 2026-06-01)"+ext, e.content)
		c.queue = append(c.queue, later)
	case 2: // a flipped bit now
		bad := slices.Clone(e.content)
		bad[c.rng.IntN(len(bad))] ^= 1 << c.rng.IntN(8)
		write(to, bad)
		c.queue = append(c.queue, later)
	case 3: // twice
		write(to, e.content)
		write(fmt.Sprintf("%s.sync-conflict-20260601-120000-ABCDEFG%s", strings.TrimSuffix(to, ext), ext), e.content)
	case 4: // it comes and goes for a while
		write(to, e.content)
		_ = os.Remove(to)
		c.queue = append(c.queue, later)
	default:
		write(to, e.content)
	}
}

func sortedNames(m map[string][]byte) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
