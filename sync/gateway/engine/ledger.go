package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A damaged block makes JetStream forget its messages without a word. Records are replaced one for one and never removed, so their count
// never falls; the ledger remembers it. A log that opens with fewer than it had gets a new generation, which
// refuses every cursor of before: devices read it from the beginning and put back what is gone.
type ledger struct {
	path string

	mu      sync.Mutex
	logs    map[string]*account
	touched map[string]bool // appended to since the count was taken
	done    chan struct{}
	ended   sync.WaitGroup
}

type account struct {
	Generation string `json:"generation"`
	Records    uint64 `json:"records"`
}

const countEvery = time.Minute

func openLedger(path string) (*ledger, error) {
	l := &ledger{path: path, logs: map[string]*account{}, touched: map[string]bool{}, done: make(chan struct{})}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	if json.Unmarshal(b, &l.logs) != nil || l.logs == nil {
		l.logs = map[string]*account{} // a torn ledger: everything is read once more
	}
	return l, nil
}

// generation is empty where there is no ledger.
func (l *ledger) generation(log string) string {
	if l == nil {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.account(log).Generation
}

func (l *ledger) account(log string) *account {
	if l.logs[log] == nil {
		l.logs[log] = &account{Generation: newGeneration()}
	}
	return l.logs[log]
}

func newGeneration() string { return fmt.Sprintf("%x", []byte(rand.Text())[:6]) }

func (l *ledger) touch(log string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.touched[log] = true
}

// open compares what is there with what was there, and then goes on counting.
func (l *ledger) open(ctx context.Context, e *JetStream) error {
	err := e.Logs(ctx, func(i LogInfo) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if a := l.account(i.Log); i.Records < a.Records {
			a.Generation, a.Records = newGeneration(), i.Records
		}
		return nil
	})
	if err == nil {
		err = l.save()
	}
	if err != nil {
		return err
	}
	l.ended.Go(func() {
		tick := time.NewTicker(countEvery)
		defer tick.Stop()
		for {
			select {
			case <-l.done:
				return
			case <-tick.C:
				_ = l.count(e) // tried again in a minute; an old count only sees less
			}
		}
	})
	return nil
}

func (l *ledger) close(e *JetStream) error {
	close(l.done)
	l.ended.Wait()
	return l.count(e)
}

// count takes the count of what was appended to.
func (l *ledger) count(e *JetStream) error {
	l.mu.Lock()
	touched := l.touched
	l.touched = map[string]bool{}
	l.mu.Unlock()
	if len(touched) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askFor)
	defer cancel()
	for log := range touched {
		s, err := e.js.Stream(ctx, streamPrefix+log)
		if err != nil {
			return fmt.Errorf("count %s: %w", log, err)
		}
		l.mu.Lock()
		l.account(log).Records = s.CachedInfo().State.Msgs
		l.mu.Unlock()
	}
	return l.save()
}

func (l *ledger) save() error {
	l.mu.Lock()
	b, err := json.Marshal(l.logs)
	l.mu.Unlock()
	if err == nil {
		err = writeFile(l.path, b)
	}
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

// writeFile replaces a file whole or not at all.
func writeFile(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
