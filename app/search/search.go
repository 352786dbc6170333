// Package search finds artefacts by the words in them.
//
// An [Index] lives in memory only: an index on the disk would hold in plain
// text what is sealed everywhere else. It is made again from views at every
// start. Words match by their beginning, whatever their case or accents, and
// an artefact is found when it has all of them.
//
// A library was tried first: bleve 2.6, in memory, took minutes and 840 MB for
// ten thousand artefacts of 300 words, where this takes about a second and
// some 30 MB.
package search

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"longhand/app/artefact"
)

// Index is safe for concurrent use.
type Index struct {
	mu    sync.RWMutex
	terms map[string][]uint32 // slots, ascending
	slots []slot
	of    map[string]uint32 // document → its live slot
	ready bool
}

// A slot is one version of one artefact. A newer version takes a new slot.
type slot struct {
	doc     string
	title   []string // folded words
	updated time.Time
	dead    bool
}

// New makes an empty index.
func New() *Index { return &Index{terms: map[string][]uint32{}, of: map[string]uint32{}} }

// Complete says that everything there was has been put in.
func (x *Index) Complete() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ready = true
}

// Ready reports whether Complete was called, and how many artefacts there are.
func (x *Index) Ready() (bool, int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ready, len(x.of)
}

// Put makes an artefact findable by its words as they are now.
func (x *Index) Put(v artefact.View) {
	words := map[string]bool{}
	for _, value := range v.Values {
		switch value := value.(type) {
		case string:
			add(words, value)
		default:
			for _, m := range asStrings(value) {
				add(words, m)
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(v.Doc)
	if v.Discarded {
		return
	}
	n := uint32(len(x.slots))
	x.slots = append(x.slots, slot{doc: v.Doc, title: Words(v.Title()), updated: v.Updated})
	x.of[v.Doc] = n
	for w := range words {
		x.terms[w] = append(x.terms[w], n)
	}
	if len(x.slots) > 2*len(x.of)+1000 {
		x.sweep()
	}
}

// Drop makes a document unfindable.
func (x *Index) Drop(doc string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(doc)
}

func (x *Index) drop(doc string) {
	if old, ok := x.of[doc]; ok {
		x.slots[old].dead = true
		delete(x.of, doc)
	}
}

func asStrings(v any) (out []string) {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		for _, m := range v {
			if s, ok := m.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

func add(words map[string]bool, s string) {
	for _, w := range Words(s) {
		words[w] = true
	}
}

// sweep drops the slots of older versions.
func (x *Index) sweep() {
	moved := make(map[uint32]uint32, len(x.of))
	var live []slot
	for n, s := range x.slots {
		if !s.dead {
			moved[uint32(n)] = uint32(len(live))
			x.of[s.doc] = uint32(len(live))
			live = append(live, s)
		}
	}
	x.slots = live
	for w, slots := range x.terms {
		var kept []uint32
		for _, n := range slots {
			if to, ok := moved[n]; ok {
				kept = append(kept, to)
			}
		}
		if len(kept) == 0 {
			delete(x.terms, w)
			continue
		}
		x.terms[w] = kept
	}
}

// Find returns the documents that have every word of the query, best first:
// words in the title count most, then how recently it was written.
func (x *Index) Find(query string) []string {
	words := Words(query)
	if len(words) == 0 {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found map[uint32]bool
	for _, w := range words {
		found = x.having(w, found)
	}
	type hit struct {
		slot
		score int
	}
	hits := make([]hit, 0, len(found))
	for n := range found {
		s := x.slots[n]
		hits = append(hits, hit{s, score(s.title, words)})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), b.updated.Compare(a.updated), cmp.Compare(a.doc, b.doc))
	})
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.doc
	}
	return out
}

// having are the slots with a word that begins so, within others; nil is all.
func (x *Index) having(word string, within map[uint32]bool) map[uint32]bool {
	out := map[uint32]bool{}
	for term, slots := range x.terms {
		if !strings.HasPrefix(term, word) {
			continue
		}
		for _, n := range slots {
			if !x.slots[n].dead && (within == nil || within[n]) {
				out[n] = true
			}
		}
	}
	return out
}

func score(title, words []string) (n int) {
	for _, w := range words {
		for i, t := range title {
			switch {
			case t == w && i == 0:
				n += 4
			case t == w:
				n += 3
			case strings.HasPrefix(t, w):
				n += 2
			}
		}
	}
	return n
}

// Words are the words of a text, folded: no case, no accents. Scripts without
// spaces between words give a word for each character.
func Words(s string) (out []string) {
	from := -1
	folded := Fold(s)
	flush := func(to int) {
		if from >= 0 {
			out = append(out, folded[from:to])
			from = -1
		}
	}
	for i, r := range folded {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			flush(i)
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			if from < 0 {
				from = i
			}
		default:
			flush(i)
		}
	}
	flush(len(folded))
	return out
}

// Fold takes case and accents away.
func Fold(s string) string {
	out, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(s))
	if err != nil {
		return strings.ToLower(s)
	}
	return out
}

// Ranges are where words that begin like those of a query stand in a text, in
// UTF-16 units, as an editor counts.
func Ranges(text string, words []string) [][2]int {
	out := [][2]int{}
	unit, start := 0, -1
	var word strings.Builder
	flush := func() {
		if start < 0 {
			return
		}
		folded := Fold(word.String())
		for _, w := range words {
			if strings.HasPrefix(folded, w) {
				// Folding keeps the number of letters in all scripts that have case.
				out = append(out, [2]int{start, min(unit, start+len([]rune(w)))})
				break
			}
		}
		start = -1
		word.Reset()
	}
	for _, r := range text {
		inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
		if !inWord || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			flush()
		}
		if inWord {
			if start < 0 {
				start = unit
			}
			word.WriteRune(r)
		}
		unit++
		if r >= 0x10000 {
			unit++
		}
	}
	flush()
	return out
}
