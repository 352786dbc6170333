package typeset_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"longhand/app/render/typeset"
)

func TestWithoutPreparationOpenSaysSo(t *testing.T) {
	prepared(t)
	if _, err := typeset.Open(context.Background(), t.TempDir()); !errors.Is(err, typeset.ErrNotPrepared) {
		t.Errorf("error = %v", err)
	}
}

func TestAPreparedTypesetterIsReadyAtOnce(t *testing.T) {
	dir := prepared(t)
	var told []typeset.Phase
	if err := typeset.Prepare(context.Background(), dir, func(p typeset.Progress) { told = append(told, p.Phase) }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0] != typeset.Ready {
		t.Errorf("told %v", told)
	}
}

func TestAnInterruptedPreparationLeavesNothing(t *testing.T) {
	prepared(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := typeset.Prepare(ctx, dir, func(p typeset.Progress) {
		if p.Phase == typeset.Compiling {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error = %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestTheChildEndsWithItsParent(t *testing.T) {
	prepared(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, self, typeset.ChildArg, root, filepath.Join(root, "work"))
	child.Stdin = nil // closed, as if the parent had died
	var exit *exec.ExitError
	if err := child.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v", err)
	}
	if ready, _ := filepath.Glob(filepath.Join(root, "typeset-*")); len(ready) != 0 {
		t.Errorf("it published %v", ready)
	}
}

// A program without RunChild in its main must get an error, not ever more children.
func TestAChildDoesNotPrepare(t *testing.T) {
	prepared(t)
	t.Setenv("LONGHAND_TYPESET_CHILD", "1")
	dir := t.TempDir()
	if err := typeset.Prepare(context.Background(), dir, nil); err == nil {
		t.Error("it prepared")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestTheChildRefusesOtherArguments(t *testing.T) {
	if code := typeset.RunChild([]string{"one"}); code != 2 {
		t.Errorf("exit code %d", code)
	}
}

// The whole way, with the real thing: a flipped bit in the machine code is noticed, and it is made anew.
func TestADamagedTypesetterIsPreparedAgain(t *testing.T) {
	from := prepared(t)
	if testing.Short() {
		t.Skip("compiles the typesetter, which takes half a minute; not with -short")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	flipBit(t, dir)
	if _, err := typeset.Open(context.Background(), dir); !errors.Is(err, typeset.ErrNotPrepared) {
		t.Fatalf("opened damaged: %v", err)
	}

	var told []typeset.Progress
	if err := typeset.Prepare(context.Background(), dir, func(p typeset.Progress) { told = append(told, p) }); err != nil {
		t.Fatal(err)
	}
	seen := map[typeset.Phase]bool{}
	for i, p := range told {
		seen[p.Phase] = true
		if i > 0 && p.Elapsed < told[i-1].Elapsed {
			t.Error("progress went backwards")
		}
		if !p.Measured {
			t.Error("the time it took before was forgotten")
		}
	}
	if last := told[len(told)-1]; last.Phase != typeset.Ready || !seen[typeset.Compiling] || !seen[typeset.Proving] {
		t.Errorf("phases %v, ending with %+v", seen, last)
	}
	t.Logf("preparing took %s", told[len(told)-1].Elapsed.Round(100*time.Millisecond))

	s, err := typeset.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Review(context.Background(), week24(t)); err != nil {
		t.Error(err)
	}
}

func flipBit(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "typeset-*", "wazero-*", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("machine code in %v, %v", files, err)
	}
	f, err := os.OpenFile(files[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const at = 50 << 20
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}
