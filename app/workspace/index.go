package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"longhand/app/artefact"
	"longhand/app/kind"
	"longhand/storage"
)

// The index is what lists show of every artefact, in memory, and the readable
// ids that tell them apart.
type index struct {
	mu    sync.RWMutex
	heads map[artefact.DocID]artefact.View
	// letters counts artefacts by prefix and first letters of their ids, at
	// every length that some id needs.
	letters map[string]int
	members int // changes of profiles, counted
}

// profiles counts changes of people’s profiles.
func (x *index) profiles() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.members
}

// ErrAmbiguous: what was typed could be several things.
var ErrAmbiguous = errors.New("could be several")

// longestShort is the most letters of an id that is shortened: 50 bits. Beyond
// that it is shown whole.
const longestShort = 10

// leadLength is how much of a text a list shows.
const leadLength = 240

// headOf is the part of a view that lists, ids, due dates and counts need:
// everything but the long texts, and of them the beginning.
func headOf(v artefact.View) artefact.View {
	k, ok := kind.Of(v.Kind)
	values := map[string]any{}
	for path, value := range v.Values {
		if s, long := value.(string); long && len(s) > leadLength {
			if f, err := artefact.FieldAt(k, path); !ok || err != nil || f.Type.Written() {
				value = strings.ToValidUTF8(s[:leadLength], "")
			}
		}
		if strings.Count(path, "/") > 1 && !strings.Contains(path, "readings/") {
			continue // parts of items
		}
		values[path] = value
	}
	v.Values = values
	v.Heads, v.Late, v.Device = nil, nil, "" // only whoever opens it asks
	return v
}

func (x *index) put(v artefact.View) {
	doc, err := artefact.ParseDocID(v.Doc)
	if err != nil {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.putLocked(doc, headOf(v))
}

func (x *index) putLocked(doc artefact.DocID, head artefact.View) {
	if x.heads == nil {
		x.heads, x.letters = map[artefact.DocID]artefact.View{}, map[string]int{}
	}
	if _, known := x.heads[doc]; !known {
		name := prefixOf(head) + "-" + doc.Letters()
		for n := artefact.ShortLetters; n <= longestShort; n++ {
			x.letters[name[:len(name)-len(doc.Letters())+n]]++
		}
	}
	x.heads[doc] = head
	if k, _ := kind.Of(head.Kind); k.One == kind.PerPerson {
		x.members++
	}
}

// drop forgets a document of which nothing counts any more.
func (x *index) drop(doc artefact.DocID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	head, known := x.heads[doc]
	if !known {
		return
	}
	name := prefixOf(head) + "-" + doc.Letters()
	for n := artefact.ShortLetters; n <= longestShort; n++ {
		x.letters[name[:len(name)-len(doc.Letters())+n]]--
	}
	delete(x.heads, doc)
}

func prefixOf(v artefact.View) string {
	k, _ := kind.Of(v.Kind)
	return k.Prefix
}

// load reads all heads from the store. Decoding takes longest, so every
// processor does some of it.
func (x *index) load(s *storage.Store) error {
	type sealed struct{ key, value []byte }
	todo := make(chan []sealed, 8)
	var group errgroup.Group
	for range runtime.NumCPU() {
		group.Go(func() error {
			for part := range todo {
				heads := make([]artefact.View, len(part))
				for i, one := range part {
					if err := json.Unmarshal(one.value, &heads[i]); err != nil || len(one.key) != len(artefact.DocID{}) {
						for range todo { // nobody else waits for room
						}
						return fmt.Errorf("read what lists show: %w", errors.Join(err, storage.ErrDamaged))
					}
				}
				x.mu.Lock()
				for i, one := range part {
					x.putLocked(artefact.DocID(one.key), heads[i])
				}
				x.mu.Unlock()
			}
			return nil
		})
	}
	var part []sealed
	err := s.View(func(tx *storage.Tx) error {
		return tx.Each(inHeads, nil, func(key, value []byte) error {
			if part = append(part, sealed{key, value}); len(part) == 256 {
				todo <- part
				part = nil
			}
			return nil
		})
	})
	todo <- part
	close(todo)
	return errors.Join(err, group.Wait())
}

// id is the readable id of a document: as few letters as tell it apart.
func (x *index) id(doc artefact.DocID) string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.idLocked(doc)
}

func (x *index) idLocked(doc artefact.DocID) string {
	v, ok := x.heads[doc]
	if !ok {
		return doc.String()
	}
	prefix, letters := prefixOf(v)+"-", doc.Letters()
	for n := artefact.ShortLetters; n <= longestShort; n++ {
		if x.letters[prefix+letters[:n]] <= 1 {
			return prefix + letters[:n]
		}
	}
	return prefix + letters
}

// find resolves an id as a person types it, or a whole document id.
func (x *index) find(id string) (artefact.DocID, error) {
	if doc, err := artefact.ParseDocID(strings.ToLower(id)); err == nil {
		return doc, nil
	}
	prefix, letters, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(id)), "-")
	letters = artefact.PlainLetters(letters)
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []artefact.DocID
	for doc, v := range x.heads {
		if ok && letters != "" && prefixOf(v) == prefix && strings.HasPrefix(doc.Letters(), letters) {
			found = append(found, doc)
		}
	}
	switch len(found) {
	case 0:
		return artefact.DocID{}, fmt.Errorf("%w: %s", ErrNoArtefact, id)
	case 1:
		return found[0], nil
	}
	return artefact.DocID{}, fmt.Errorf("%w: %s is the beginning of %d ids; give another letter", ErrAmbiguous, id, len(found))
}

// each calls fn with every head; fn must not keep the lock waiting.
func (x *index) each(fn func(artefact.DocID, artefact.View)) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for doc, v := range x.heads {
		fn(doc, v)
	}
}

func (x *index) head(doc artefact.DocID) (artefact.View, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	v, ok := x.heads[doc]
	return v, ok
}
