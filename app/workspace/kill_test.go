package workspace

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/storage"
)

// I1, the whole way: a program that writes artefacts, and says of each edit that
// it is saved, is killed again and again. Whatever it said is there afterwards,
// from the store or, when that is gone, from the journal alone.

const (
	writeArg   = "write-until-killed"
	perBrief   = 40 // edits of one artefact
	stillTyped = 4  // of each so many edits one is typed into an open text
)

// edits numbers what is written: edit n goes into brief n/perBrief, and the first
// of each begins it.
type edits struct{ *Workspace }

func (e edits) brief(n int) (id string, err error) {
	for _, v := range e.heads("brief") {
		if v.Title() == fmt.Sprint("Brief ", n/perBrief) {
			doc, err := artefact.ParseDocID(v.Doc)
			return e.index.id(doc), err
		}
	}
	return "", fmt.Errorf("brief %d: %w", n/perBrief, ErrNoArtefact)
}

func token(n int) string { return fmt.Sprintf("<%d>", n) }

// do makes one edit. When it returns, the edit is saved.
func (e edits) do(n int) error {
	id, err := e.brief(n)
	if err != nil {
		if id, err = e.New("brief", fmt.Sprint("Brief ", n/perBrief)); err != nil {
			return err
		}
	}
	if n%stillTyped != 0 {
		return e.Write(id, "problem", token(n), true)
	}
	s, err := e.OpenText(id, "scope")
	if err != nil {
		return err
	}
	whole := any(float64(len(s.Text)))
	change := []any{whole, []any{0.0, token(n)}}
	if s.Text == "" {
		change = change[1:]
	}
	if ok, err := e.PushText(id, "scope", s.Version, []Update{{Changes: change}}); err != nil || !ok {
		return fmt.Errorf("type: %v, %w", ok, err)
	}
	return e.Flush(id)
}

// lacks is the first of some edits that is not there, in the document or in what
// lists and exports read of it; -1 if all are.
func (e edits) lacks(from, to int) (int, error) {
	for first := from - from%perBrief; first < to; first += perBrief {
		id, err := e.brief(first)
		if err != nil {
			return max(first, from), nil
		}
		p, err := e.Page(id)
		if err != nil {
			return first, err
		}
		doc, err := artefact.ParseDocID(p.Doc)
		if err != nil {
			return first, err
		}
		v, err := e.view(doc)
		if err != nil {
			return first, err
		}
		for n := max(first, from); n < min(first+perBrief, to); n++ {
			if !strings.Contains(p.Texts["problem"]+p.Texts["scope"], token(n)) || !strings.Contains(v.Text("problem")+v.Text("scope"), token(n)) {
				return n, nil
			}
		}
	}
	return -1, nil
}

// openKilled opens a data folder whose last program was killed. The child with
// which that one may have been looking at its store ends by itself, and holds the
// store until then.
func openKilled(ctx context.Context, dir string) (*Workspace, error) {
	late := time.After(30 * time.Second)
	for {
		w, err := Open(ctx, killable(dir))
		if !errors.Is(err, storage.ErrInUse) {
			return w, err
		}
		select {
		case <-late:
			return nil, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func killable(dir string) Options { return Options{Dir: dir, Passphrase: "correct horse", Work: 4} }

// writeUntilKilled is the program that is killed. It is given the data folder,
// and the edits that have to be there and that it is to begin with.
func writeUntilKilled(args []string) int {
	from, err1 := strconv.Atoi(args[1])
	n, err2 := strconv.Atoi(args[2])
	w, err3 := openKilled(context.Background(), args[0])
	if err1 != nil || err2 != nil || err3 != nil {
		fmt.Println("refused", err1, err2, err3)
		return 1
	}
	if q := w.Recovered(); q != nil {
		fmt.Println("refused", q)
		return 1
	}
	if lost, err := (edits{w}).lacks(from, n); lost >= 0 || err != nil {
		fmt.Println("lost", lost, err)
		return 1
	}
	fmt.Println("open")
	for ; ; n++ {
		if err := (edits{w}).do(n); err != nil {
			fmt.Println("refused", err)
			return 1
		}
		fmt.Println("saved", n)
	}
}

// dice is the seed of a random suite and its size; LONGHAND_SEED repeats a run,
// LONGHAND_TORTURE=1 is the long one.
func dice(t *testing.T, ci, torture int) (r *rand.Rand, seed uint64, rounds int) {
	t.Helper()
	seed, rounds = rand.Uint64(), ci
	if testing.Short() { // every child takes longer with the race detector
		rounds = ci / 5
	}
	if s := os.Getenv("LONGHAND_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("LONGHAND_SEED: %v", err)
		}
		seed = n
	}
	if os.Getenv("LONGHAND_TORTURE") == "1" {
		rounds = torture
	}
	return rand.New(rand.NewPCG(seed, 6)), seed, rounds
}

func TestEveryEditThatIsSavedSurvivesEveryKill(t *testing.T) {
	r, seed, rounds := dice(t, 30, 5000)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const perFolder = 100 // kills; then a new team, so that the long run does not become slow
	saved, opening, fromJournal := 0, 0, 0
	for done := 0; done < rounds; {
		dir := filepath.Join(t.TempDir(), "data")
		w, err := Create(t.Context(), killable(dir), NewTeam{Team: "Saltmarsh", Me: "Ines Carvalho", Zone: "Europe/Lisbon"})
		if err != nil {
			t.Fatal(err)
		}
		team := w.dir
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		next := 0
		for kills := 0; kills < perFolder && done < rounds; kills, done = kills+1, done+1 {
			at := fmt.Sprintf("seed %d, kill %d", seed, done)
			if r.IntN(6) == 0 {
				fromJournal++
				if err := os.RemoveAll(filepath.Join(team, storeDir)); err != nil {
					t.Fatal(err)
				}
			}
			// What was checked before is checked again now and then, and at the end.
			from := max(0, next-5*perBrief) * min(1, r.IntN(10))
			cmd := exec.Command(self, writeArg, dir, fmt.Sprint(from), fmt.Sprint(next))
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			kill := func() { _ = cmd.Process.Kill() }
			lines := r.IntN(60)
			if r.IntN(3) == 0 { // wherever it is then, opening included
				lines = -1
				time.AfterFunc(time.Duration(r.IntN(600))*time.Millisecond, kill)
			}
			opened := false
			for said := bufio.NewScanner(out); said.Scan(); lines-- { // what it said before it died counts
				switch word, rest, _ := strings.Cut(said.Text(), " "); {
				case word == "open":
					opened = true
				case word == "saved" && rest == fmt.Sprint(next):
					next++
					saved++
				default:
					t.Fatalf("%s: %s, after edit %d", at, said.Text(), next-1)
				}
				if lines == 0 {
					kill()
				}
			}
			_ = cmd.Wait()
			if !opened {
				opening++
			}
		}
		w, err = openKilled(t.Context(), dir)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if lost, err := (edits{w}).lacks(0, next); lost >= 0 || err != nil {
			t.Fatalf("seed %d, after kill %d: edit %d of %d is lost: %v", seed, done, lost, next, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d: %d kills, %d of them while it opened, %d times from the journal alone; %d edits saved, none lost", seed, rounds, opening, fromJournal, saved)
}
