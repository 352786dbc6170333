package hydrate

import (
	"bytes"
	"cmp"
	"math/big"
	"math/bits"
	"slices"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
)

// sifted is a job in the order in which it is opened, without what the rules
// refuse. The rules look at the set of changes and at nothing else, so every
// device refuses the same.
type sifted struct {
	job    Job
	order  []one // what has to be there first comes first; otherwise by hash
	poison []*Poison
	begun  artefact.Person
}

type one struct {
	artefact.Change
	meta automerge.Change
	held bool
}

func sift(job Job) *sifted {
	s := &sifted{job: job}
	seen := map[automerge.Hash]bool{}
	var all []one
	for i, c := range slices.Concat(job.Have, job.New) {
		o := one{Change: c, held: i < len(job.Have)}
		var err error
		o.meta, err = automerge.ParseChange(c.Raw)
		switch {
		case err != nil, c.Doc != job.Doc, artefact.WriterOf(o.meta.Actor) == "":
			o.meta.Hash = automerge.HashOf(c.Raw)
			s.refuse(o, Malformed, "")
		case !seen[o.meta.Hash]:
			seen[o.meta.Hash] = true
			all = append(all, o)
		}
	}
	s.order = inOrder(s.once(all))
	return s
}

// learn finds out who alone can have begun the document, and reports whether
// that is news.
func (s *sifted) learn(end ending) bool {
	if s.job.Begun == nil || end.waits != nil {
		return false
	}
	was := s.begun
	s.begun = s.job.Begun(end.view)
	return s.begun != was
}

func (s *sifted) refuse(o one, why Why, where string) {
	s.poison = append(s.poison, &Poison{Doc: s.job.Doc, Change: o.meta.Hash, Writer: artefact.WriterOf(o.meta.Actor), Held: o.held, Why: why, Where: where})
}

// once leaves one change for each number of each writer. The library takes
// whichever comes first and refuses the whole batch that has the second, so
// devices would part for ever. It is the one on which more other devices have
// built, so that its writer alone can take nothing back; then the smaller hash.
func (s *sifted) once(all []one) []one {
	type number struct {
		actor string
		seq   uint64
	}
	same := map[number][]one{}
	for _, o := range all {
		n := number{o.meta.Actor, o.meta.Seq}
		same[n] = append(same[n], o)
	}
	out := map[automerge.Hash]bool{}
	if len(same) == len(all) {
		return all
	}
	followers := countFollowers(all)
	for _, o := range all {
		n := number{o.meta.Actor, o.meta.Seq}
		rivals := same[n]
		if len(rivals) < 2 {
			continue
		}
		delete(same, n)
		slices.SortFunc(rivals, func(a, b one) int {
			return cmp.Or(-cmp.Compare(followers[a.meta.Hash], followers[b.meta.Hash]), bytes.Compare(a.meta.Hash[:], b.meta.Hash[:]))
		})
		for _, lost := range rivals[1:] {
			out[lost.meta.Hash] = true
			s.refuse(lost, Twice, "")
		}
	}
	return slices.DeleteFunc(all, func(o one) bool { return out[o.meta.Hash] })
}

// countFollowers counts for every change the other devices that have built on
// it. It goes once through the changes, the last first: a change has the
// followers of those that name it, and their writers.
func countFollowers(all []one) map[automerge.Hash]int {
	nth := map[artefact.Device]int{}
	for _, o := range all {
		if who := artefact.WriterOf(o.meta.Actor); nth[who] == 0 {
			nth[who] = len(nth) + 1
		}
	}
	sets, out := map[automerge.Hash]*big.Int{}, map[automerge.Hash]int{}
	for _, o := range slices.Backward(inOrder(slices.Clone(all))) {
		who := nth[artefact.WriterOf(o.meta.Actor)]
		mine := sets[o.meta.Hash]
		if mine == nil {
			mine = new(big.Int)
		}
		out[o.meta.Hash] = ones(mine) - int(mine.Bit(who))
		passed := new(big.Int).SetBit(mine, who, 1)
		for _, d := range o.meta.Deps {
			if sets[d] == nil {
				sets[d] = new(big.Int)
			}
			sets[d].Or(sets[d], passed)
		}
		delete(sets, o.meta.Hash)
	}
	return out
}

func ones(n *big.Int) (count int) {
	for _, w := range n.Bits() {
		count += bits.OnesCount(uint(w))
	}
	return count
}

// inOrder puts every change after what it depends on, as far as that is there.
func inOrder(all []one) []one {
	slices.SortFunc(all, func(a, b one) int { return bytes.Compare(a.meta.Hash[:], b.meta.Hash[:]) })
	at := map[automerge.Hash]int{}
	for i, o := range all {
		at[o.meta.Hash] = i
	}
	wants, wantedBy := make([]int, len(all)), make([][]int, len(all))
	for i, o := range all {
		for _, d := range o.meta.Deps {
			if j, ok := at[d]; ok {
				wants[i]++
				wantedBy[j] = append(wantedBy[j], i)
			}
		}
	}
	var ready []int
	for i := range all {
		if wants[i] == 0 {
			ready = append(ready, i)
		}
	}
	out := make([]one, 0, len(all))
	for len(ready) > 0 {
		i := ready[0]
		ready = ready[1:]
		out = append(out, all[i])
		for _, j := range wantedBy[i] {
			if wants[j]--; wants[j] == 0 {
				k, _ := slices.BinarySearch(ready, j)
				ready = slices.Insert(ready, k, j)
			}
		}
	}
	return out // a ring of dependencies would need a collision of SHA-256
}

// blame takes one change out, and says whose it is.
func (s *sifted) blame(i int, end ending) artefact.Device {
	o := s.order[i]
	s.order = slices.Delete(s.order, i, i+1)
	s.refuse(o, end.why, end.where)
	return artefact.WriterOf(o.meta.Actor)
}

// doubt takes out what is new of writers who have sent too much poison.
func (s *sifted) doubt(overdrawn func(artefact.Device) bool) {
	s.order = slices.DeleteFunc(s.order, func(o one) bool {
		if o.held || !overdrawn(artefact.WriterOf(o.meta.Actor)) {
			return false
		}
		s.refuse(o, Suspect, "")
		return true
	})
}

type mode int

const (
	whole mode = iota
	stepping
)

// request asks for all that is left.
func (s *sifted) request(m mode) request { return s.ask(m, s.order) }

// steps asks for a document step by step: the first changes at once, and then so
// many at a time.
func (s *sifted) steps(all []one, from, stride int) request {
	r := s.ask(stepping, all)
	r.From, r.Stride = from, stride
	return r
}

// first asks for the first n, at once.
func (s *sifted) first(n int) request { return s.ask(whole, s.order[:n]) }

func (s *sifted) ask(m mode, all []one) request {
	r := request{Version: version, Mode: m, Doc: s.job.Doc[:], Begun: string(s.begun), Owners: map[string]string{}}
	for _, o := range all {
		r.Changes = append(r.Changes, form{o.Births, o.Raw})
		if d := artefact.WriterOf(o.meta.Actor); s.job.Owners != nil {
			r.Owners[string(d)] = string(s.job.Owners(d))
		}
	}
	return r
}
