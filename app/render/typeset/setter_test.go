package typeset_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"longhand/app/render/typeset"
)

// Long enough that no machine finishes it: only the time limit can.
const endless = "#for i in range(100000000) { i }"

func TestACancelledContextStopsTheWork(t *testing.T) {
	s := setter(t)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.PDF(done, "x", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}

	short, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := s.PDF(short, endless, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("in the midst: %v", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it went on for %s", took)
	}
	if _, err := s.PDF(context.Background(), "x", nil); err != nil {
		t.Errorf("the next document: %v", err)
	}
}

func TestRunningOutOfMemoryIsAnErrorAndTheNextDocumentIsFine(t *testing.T) {
	s := setter(t)
	var crash *typeset.CrashError
	if _, err := s.PDF(context.Background(), `#("a" * 900000000).len()`, nil); !errors.As(err, &crash) {
		t.Fatalf("error = %v", err)
	}
	if strings.Count(crash.Error(), "\n") > 0 {
		t.Errorf("the message is a stack trace: %s", crash)
	}
	if _, err := s.PDF(context.Background(), "x", nil); err != nil {
		t.Errorf("the next document: %v", err)
	}
}

func TestConcurrentCallersTakeTurns(t *testing.T) {
	s := setter(t)
	r := week24(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			if b, err := s.Review(context.Background(), r); err != nil || len(b) == 0 {
				t.Errorf("%d bytes, %v", len(b), err)
			}
		})
	}
	group.Wait()
}

func TestAWaitingCallerCanGiveUp(t *testing.T) {
	s := setter(t)
	busy, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _, _ = s.PDF(busy, endless, nil) })
	for !typeset.Busy(s) {
		// The other goroutine has not got its turn yet.
		time.Sleep(time.Millisecond)
	}
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.PDF(short, "x", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
	stop()
	group.Wait()
}

func TestAClosedSetterSaysSo(t *testing.T) {
	s, err := typeset.Open(context.Background(), prepared(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.PDF(context.Background(), "x", nil); !errors.Is(err, typeset.ErrClosed) {
		t.Errorf("error = %v", err)
	}
}

func TestDataThatIsNoJSONIsRefused(t *testing.T) {
	if _, err := setter(t).PDF(context.Background(), "x", func() {}); err == nil {
		t.Error("a function became JSON")
	}
}

// A later export while the program runs.
func BenchmarkNextReview(b *testing.B) {
	s, r := setter(b), week24(b)
	if _, err := s.Review(context.Background(), r); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		// Another headline each time, or the typesetter would remember the whole page.
		n++
		r.Headline = strings.Repeat("more ", n%9) + "refunds"
		if _, err := s.Review(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(residentKB())/1000, "MB-resident")
}

// What the command line does: load, set one review, leave.
func BenchmarkOneShot(b *testing.B) {
	dir, r := prepared(b), week24(b)
	for b.Loop() {
		s, err := typeset.Open(context.Background(), dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Review(context.Background(), r); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// residentKB is this process’s memory where the system tells it in that way, else zero.
func residentKB() (kb int) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			for _, c := range strings.Fields(rest)[0] {
				kb = kb*10 + int(c-'0')
			}
		}
	}
	return kb
}
